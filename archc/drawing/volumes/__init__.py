"""The volume style: tensors as blocks in oblique perspective, as papers on vision draw them."""
