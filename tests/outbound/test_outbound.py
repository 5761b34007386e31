"""The whole system in a network namespace whose every packet beyond loopback is counted: there is none.

The namespace has a default route into one end of a virtual cable, so that a packet would have somewhere to go and be seen.
"""
import os
import shutil
import subprocess
import time

import pytest
from support.alcove import Alcove, eventually

NAMESPACE = f"alcove-test-{os.getpid()}"


def statistics():
    """Packets sent into the cable, read inside the namespace."""
    output = subprocess.run(["ip", "netns", "exec", NAMESPACE, "cat", "/proc/net/dev"], capture_output=True, text=True, check=True).stdout
    line = next(line for line in output.splitlines() if line.strip().startswith("out0:"))
    return int(line.split(":")[1].split()[9])


@pytest.fixture
def namespace():
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("network namespaces need root and iproute2")
    run = lambda *command: subprocess.run(command, check=True, capture_output=True)
    run("ip", "netns", "add", NAMESPACE)
    try:
        run("ip", "-n", NAMESPACE, "link", "set", "lo", "up")
        run("ip", "-n", NAMESPACE, "link", "add", "out0", "type", "veth", "peer", "name", "sink0")
        run("ip", "netns", "exec", NAMESPACE, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6")
        run("ip", "-n", NAMESPACE, "link", "set", "sink0", "up", "arp", "off")
        run("ip", "-n", NAMESPACE, "addr", "add", "192.0.2.1/24", "dev", "out0")
        run("ip", "-n", NAMESPACE, "link", "set", "out0", "up", "arp", "off")
        run("ip", "-n", NAMESPACE, "route", "add", "default", "dev", "out0")
        yield ["ip", "netns", "exec", NAMESPACE]
    finally:
        subprocess.run(["ip", "netns", "del", NAMESPACE], check=False)


def test_the_counter_counts(namespace):
    before = statistics()
    subprocess.run([*namespace, "bash", "-c", "echo x > /dev/udp/198.51.100.7/9"], check=False)
    assert statistics() > before


def test_no_packet_leaves(namespace, testdata, tmp_path):
    library = tmp_path / "library"
    library.mkdir()
    for name in ("letter-de.pdf", "docx-tables.docx", "test_blog.html", "fake-email-attachment.eml", "multi-language.txt"):
        shutil.copyfile(testdata / "documents" / name, library / name)
    (library / "beacon.html").write_text('<html><body><p>picture</p><img src="http://198.51.100.7/x.png"><link rel="stylesheet" '
                                         'href="http://198.51.100.7/y.css"><script src="http://198.51.100.7/z.js"></script></body></html>')
    (library / "entity.html").write_text('<!DOCTYPE a [<!ENTITY x SYSTEM "http://198.51.100.7/e">]><a>&x;</a>')
    before = statistics()
    with Alcove([library], prefix=namespace) as server:
        fetch = lambda path: subprocess.run([*namespace, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", server.url + path],
                                            capture_output=True, text=True).stdout
        assert eventually(lambda: fetch("/api/v1/health") == "200", 10)
        fetch("/")
        fetch("/setup")
        server.wait()
        for query in ("Mitgliedschaft kündigen", "http://198.51.100.7/", "picture"):
            server.search(query)
        time.sleep(3)  # idle
        assert statistics() - before == 0
