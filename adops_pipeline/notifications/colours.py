"""Colour of a message by its status, shared by every channel."""

from collections.abc import Mapping

from adops_pipeline.domain.messages import MessageStatus

COLOURS: Mapping[MessageStatus, int] = {
    "info": 0x2563EB,
    "warning": 0xD97706,
    "critical": 0xDC2626,
    "resolved": 0x16A34A,
}
"""Red, green and blue of a status in one number."""
