"""The accelerator that an attempt uses, as it was found."""

from typing import Any

import torch


def found_accelerator() -> dict[str, Any] | None:
    """Name and memory of the accelerator; None on a machine without one.

    Call it before anything is loaded: memory that is not free then belongs to other processes.
    """
    if not torch.cuda.is_available():
        return None
    free, total = torch.cuda.mem_get_info()
    return {"name": torch.cuda.get_device_name(), "totalBytes": total, "freeBytes": free}
