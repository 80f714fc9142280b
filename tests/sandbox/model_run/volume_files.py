"""TIFF, DICOM and NIfTI files, written by the libraries that others write them with."""

import io

import numpy as np


def tiff(values, **options):
    import tifffile

    stream = io.BytesIO()
    tifffile.imwrite(stream, values, **options)
    return stream.getvalue()


def nifti(values, *, packed=False, kind="Nifti1Image", slope=None):
    import gzip

    import nibabel

    image = getattr(nibabel, kind)(values, np.eye(4))
    if slope is not None:
        image.header.set_slope_inter(*slope)
    content = image.to_bytes()
    return gzip.compress(content) if packed else content


def dicom(stored, *, frames=None, **settings):
    """One file with uncompressed pixels; settings are DICOM keywords such as WindowCenter."""
    import pydicom

    colour = stored.ndim == (3 if frames is None else 4)
    meta = pydicom.dataset.FileMetaDataset()
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = pydicom.uid.CTImageStorage
    meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    data = pydicom.dataset.FileDataset("x", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.Rows, data.Columns = stored.shape[1:3] if frames else stored.shape[:2]
    data.SamplesPerPixel = 3 if colour else 1
    data.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        data.PlanarConfiguration = 0
    if frames:
        data.NumberOfFrames = frames
    data.BitsAllocated = data.BitsStored = 8 * stored.dtype.itemsize
    data.HighBit, data.PixelRepresentation = data.BitsStored - 1, int(stored.dtype.kind == "i")
    for name, value in settings.items():
        setattr(data, name, value)
    data.PixelData = stored.tobytes()
    stream = io.BytesIO()
    data.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
