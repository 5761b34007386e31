#include "drivers/ipc/channel.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <thread>

#include "drivers/os/file.hpp"

namespace alcove::ipc {
namespace {

Context soon() {
  return Context::with_timeout(std::chrono::seconds(10));
}

struct Ends {
  Channel ours;
  Channel theirs;
};

Ends make_ends() {
  auto pair = Channel::make_pair();
  EXPECT_TRUE(pair.has_value());
  return {std::move(pair->first), Channel(std::move(pair->second))};
}

/// Sends raw bytes with descriptors, as a hostile peer would.
void send_raw(const Channel& channel, ByteView bytes, std::span<const int> fds = {}) {
  iovec vector{.iov_base = const_cast<std::uint8_t*>(bytes.data()), .iov_len = bytes.size()};
  alignas(cmsghdr) std::array<char, 256> control{};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(part), fds.data(), fds.size_bytes());
  }
  ASSERT_GE(::sendmsg(channel.fd(), &message, MSG_NOSIGNAL), 0);
}

TEST(Channel, AMessageArrivesAsItWasSent) {
  Ends ends = make_ends();
  ASSERT_TRUE(
      ends.ours.send(wire::MessageKind::kEmbedRequest, wire::EmbedRequest{.request_id = 7, .texts = {"a", "b"}}, soon())
          .has_value());
  const auto frame = ends.theirs.receive(soon());
  ASSERT_TRUE(frame.has_value());
  const auto message = frame->as<wire::EmbedRequest>(wire::MessageKind::kEmbedRequest);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->request_id, 7U);
  EXPECT_EQ(message->texts.size(), 2U);
  EXPECT_FALSE(frame->as<wire::EmbedReply>(wire::MessageKind::kEmbedReply).has_value());
}

TEST(Channel, ALargePayloadTravelsInASealedMemoryFile) {
  Ends ends = make_ends();
  const Bytes large(wire::kInlineMax * 20, 0x5A);
  ASSERT_TRUE(ends.ours.send(wire::MessageKind::kDecodeRequest, ByteView(large), {}, soon()).has_value());
  const auto frame = ends.theirs.receive(soon());
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->payload().size(), large.size());
  EXPECT_TRUE(std::ranges::equal(frame->payload(), large));
}

TEST(Channel, DescriptorsArriveAndCloseOnExec) {
  Ends ends = make_ends();
  const int null_fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const std::array<int, 2> fds{null_fd, null_fd};
  ASSERT_TRUE(ends.ours.send(wire::MessageKind::kDecodeRequest, ByteView(), fds, soon()).has_value());
  auto frame = ends.theirs.receive(soon());
  ASSERT_TRUE(frame.has_value());
  ASSERT_EQ(frame->descriptors.size(), 2U);
  EXPECT_NE(::fcntl(frame->descriptors.at(0).value(), F_GETFD) & FD_CLOEXEC, 0);
  ::close(null_fd);
}

TEST(Channel, WaitingEndsAtTheDeadlineAndTheChannelStaysUsable) {
  Ends ends = make_ends();
  const auto frame = ends.theirs.receive(Context::with_timeout(std::chrono::milliseconds(20)));
  ASSERT_FALSE(frame.has_value());
  EXPECT_EQ(frame.error().code, ErrorCode::kTimedOut);
  ASSERT_TRUE(ends.ours.send(wire::MessageKind::kHello, wire::Hello{}, soon()).has_value());
  EXPECT_TRUE(ends.theirs.receive(soon()).has_value());
}

TEST(Channel, AStopRequestEndsTheWait) {
  Ends ends = make_ends();
  std::stop_source source;
  Context context = soon();
  context.stop = source.get_token();
  std::jthread stopper([&] { source.request_stop(); });
  const auto frame = ends.theirs.receive(context);
  ASSERT_FALSE(frame.has_value());
  EXPECT_EQ(frame.error().code, ErrorCode::kCancelled);
}

TEST(Channel, TheOtherEndGoneIsUnavailable) {
  Ends ends = make_ends();
  {
    const Channel dead = std::move(ends.ours);
  }
  EXPECT_EQ(ends.theirs.receive(soon()).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(ends.theirs.send(wire::MessageKind::kHello, wire::Hello{}, soon()).error().code, ErrorCode::kUnavailable);
}

TEST(Channel, AMalformedFrameBreaksTheChannelForGood) {
  Ends ends = make_ends();
  const Bytes rubbish(40, 0xEE);
  send_raw(ends.ours, rubbish);
  EXPECT_EQ(ends.theirs.receive(soon()).error().code, ErrorCode::kCorrupt);
  ASSERT_TRUE(ends.ours.send(wire::MessageKind::kHello, wire::Hello{}, soon()).has_value());
  EXPECT_EQ(ends.theirs.receive(soon()).error().code, ErrorCode::kCorrupt);
}

TEST(Channel, AnAnnouncedSizeMustBeTheTrueOne) {
  Ends ends = make_ends();
  Bytes bytes = make_frame_header({.kind = wire::MessageKind::kHello, .payload_bytes = 10});
  bytes.resize(bytes.size() + 9);
  send_raw(ends.ours, bytes);
  EXPECT_EQ(ends.theirs.receive(soon()).error().code, ErrorCode::kCorrupt);
}

TEST(Channel, SurplusDescriptorsAreRefusedAndClosed) {
  Ends ends = make_ends();
  const int null_fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const std::array<int, 3> fds{null_fd, null_fd, null_fd};
  send_raw(ends.ours, make_frame_header({.kind = wire::MessageKind::kHello, .descriptor_count = 1}), fds);
  EXPECT_EQ(ends.theirs.receive(soon()).error().code, ErrorCode::kCorrupt);
  const int next = ::dup(null_fd);
  EXPECT_LE(next, null_fd + 8) << "received descriptors were left open";
  ::close(next);
  ::close(null_fd);
}

TEST(Channel, AMemoryFileWithoutSealsIsRefused) {
  Ends ends = make_ends();
  const int memory = ::memfd_create("unsealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  ASSERT_EQ(::ftruncate(memory, 100), 0);
  const std::array<int, 1> fds{memory};
  send_raw(ends.ours,
           make_frame_header({.kind = wire::MessageKind::kHello, .in_memory_file = true, .payload_bytes = 100}), fds);
  EXPECT_EQ(ends.theirs.receive(soon()).error().code, ErrorCode::kCorrupt);
  ::close(memory);
}

TEST(FrameHeader, RefusesWhatItDoesNotKnow) {
  const Bytes good = make_frame_header({.kind = wire::MessageKind::kEmbedReply, .payload_bytes = 5});
  ASSERT_TRUE(parse_frame_header(good).has_value());
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(parse_frame_header(ByteView(good).first(size)).has_value());
  }
  for (const std::size_t index : {0U, 4U, 8U, 9U, 10U, 11U, 23U}) {
    Bytes bad = good;
    bad.at(index) = 0xF0;
    EXPECT_FALSE(parse_frame_header(bad).has_value()) << index;
  }
}

}  // namespace
}  // namespace alcove::ipc
