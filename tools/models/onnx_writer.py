"""Writes ONNX files byte by byte, so that a conversion needs numpy only and its bytes never change.

Only what our converters use: nodes with int, float and ints attributes, initializers as raw data, and inputs and
outputs with named dimensions. Field numbers are those of onnx.proto3 (ONNX IR version 10).
"""

import struct

import numpy as np

FLOAT, UINT8, INT8, INT32, INT64, FLOAT16, UINT4 = 1, 2, 3, 6, 7, 10, 21
_NUMPY_TYPES = {
    np.dtype(np.float32): FLOAT,
    np.dtype(np.uint8): UINT8,
    np.dtype(np.int8): INT8,
    np.dtype(np.int32): INT32,
    np.dtype(np.int64): INT64,
    np.dtype(np.float16): FLOAT16,
}


def _varint(value):
    out = bytearray()
    value &= (1 << 64) - 1
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field, value):
    return _varint(field << 3) + _varint(value)


def _block(field, value):
    data = value.encode() if isinstance(value, str) else bytes(value)
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _attribute(name, value):
    if isinstance(value, float):
        body = _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1)
    elif isinstance(value, int):
        body = _number(3, value) + _number(20, 2)
    else:
        body = b"".join(_number(8, item) for item in value) + _number(20, 7)
    return _block(1, name) + body


def _value_info(name, element_type, dims):
    shape = b"".join(_block(1, _block(2, dim) if isinstance(dim, str) else _number(1, dim)) for dim in dims)
    return _block(1, name) + _block(2, _block(1, _number(1, element_type) + _block(2, shape)))


class OnnxGraph:
    """One graph under construction. Names of intermediate values are counted, so equal calls give equal bytes."""

    def __init__(self, name):
        self._name = name
        self._nodes, self._initializers, self._inputs, self._outputs = [], [], [], []
        self._known = set()

    def input(self, name, element_type, dims):
        self._inputs.append(_value_info(name, element_type, dims))
        return name

    def output(self, name, element_type, dims):
        self._outputs.append(_value_info(name, element_type, dims))

    def constant(self, name, array, element_type=None, dims=None):
        """Adds `array` once under `name`; `element_type` and `dims` override for packed types (4 bits)."""
        if name not in self._known:
            self._known.add(name)
            array = np.ascontiguousarray(array)
            body = b"".join(_number(1, dim) for dim in (array.shape if dims is None else dims))
            body += _number(2, element_type or _NUMPY_TYPES[array.dtype]) + _block(8, name)
            self._initializers.append(body + _block(9, array.tobytes()))
        return name

    def node(self, op_type, inputs, outputs=1, domain="", **attributes):
        """Adds a node; `outputs` is a count or a list of names. Returns the name, or names when several."""
        number = len(self._nodes)
        names = [f"v{number}_{i}" for i in range(outputs)] if isinstance(outputs, int) else outputs
        body = b"".join(_block(1, name) for name in inputs) + b"".join(_block(2, name) for name in names)
        body += _block(3, f"n{number}_{op_type}") + _block(4, op_type)
        body += b"".join(_block(5, _attribute(key, attributes[key])) for key in sorted(attributes))
        self._nodes.append(body + (_block(7, domain) if domain else b""))
        return names[0] if len(names) == 1 else names

    def serialized(self, producer, opset=21, domains=("com.microsoft",)):
        """The whole file. `domains` are those of operators beside ONNX's own; all at version 1."""
        graph = b"".join(_block(1, node) for node in self._nodes) + _block(2, self._name)
        graph += b"".join(_block(5, tensor) for tensor in self._initializers)
        graph += b"".join(_block(11, info) for info in self._inputs)
        graph += b"".join(_block(12, info) for info in self._outputs)
        opsets = [("", opset), *((domain, 1) for domain in domains)]
        return (
            _number(1, 10)
            + _block(2, producer)
            + _block(7, graph)
            + b"".join(_block(8, (_block(1, domain) if domain else b"") + _number(2, version)) for domain, version in opsets)
        )
