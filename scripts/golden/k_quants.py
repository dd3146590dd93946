"""Simple quantizers to Q4_K and Q6_K, which the gguf package only reads: right in layout, plain in their choice of scales."""

import numpy as np

BLOCK = 256


def quantize_q4_k(values: np.ndarray) -> np.ndarray:
    """[rows, columns] -> bytes [rows, columns / 256 * 144]: x = d * scale * q - dmin * minimum, in 8 groups of 32."""
    groups = values.reshape(-1, 8, 32)
    low = np.minimum(groups.min(-1), 0)
    step, below = (groups.max(-1) - low) / 15, -low
    d, scales = six_bits(step)
    dmin, minima = six_bits(below)
    unit = np.maximum(d[:, None].astype(np.float32) * scales, 1e-12)[..., None]
    offset = (dmin[:, None].astype(np.float32) * minima)[..., None]
    q = np.clip(np.rint((groups + offset) / unit), 0, 15).astype(np.uint8)
    first, second = slice(0, 4), slice(4, 8)
    packed = np.concatenate(
        [
            scales[:, first] | (scales[:, second] >> 4) << 6,
            minima[:, first] | (minima[:, second] >> 4) << 6,
            (scales[:, second] & 15) | (minima[:, second] & 15) << 4,
        ],
        axis=1,
    )
    nibbles = (q[:, 0::2] | q[:, 1::2] << 4).reshape(len(q), -1)
    return rows(values, [half(d), half(dmin), packed, nibbles])


def quantize_q6_k(values: np.ndarray) -> np.ndarray:
    """[rows, columns] -> bytes [rows, columns / 256 * 210]: x = d * scale * (q - 32), in 16 groups of 16."""
    groups = values.reshape(-1, 16, 16)
    step = np.abs(groups).max(-1) / 31
    d = np.maximum(step.max(-1) / 127, 1e-7).astype(np.float16)
    scales = np.clip(np.rint(step / d[:, None].astype(np.float32)), 1, 127).astype(np.int8)
    unit = (d[:, None].astype(np.float32) * scales)[..., None]
    q = np.clip(np.rint(groups / unit) + 32, 0, 63).astype(np.uint8).reshape(-1, 2, 4, 32)  # half, quarter, element
    low = np.concatenate([(q[:, :, 0] & 15) | (q[:, :, 2] & 15) << 4, (q[:, :, 1] & 15) | (q[:, :, 3] & 15) << 4], axis=-1)
    high = sum((q[:, :, quarter] >> 4) << (2 * quarter) for quarter in range(4))
    return rows(values, [low.reshape(len(q), -1), high.reshape(len(q), -1), scales.view(np.uint8), half(d)])


def six_bits(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One float16 a block, and a 6-bit multiple of it a group."""
    d = np.maximum(steps.max(-1) / 63, 1e-7).astype(np.float16)
    return d, np.clip(np.rint(steps / d[:, None].astype(np.float32)), 0, 63).astype(np.uint8)


def half(values: np.ndarray) -> np.ndarray:
    return values[:, None].view(np.uint8)


def rows(values: np.ndarray, parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts, axis=1).reshape(values.shape[0], -1)
