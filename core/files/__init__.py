"""What files hold, checked before it is read: members of zip archives, NumPy arrays, recordings of runs.

Bytes in, arrays out: nothing here opens a file.
"""

__all__ = ["npy", "recording_reader", "recordings", "zip_members"]
