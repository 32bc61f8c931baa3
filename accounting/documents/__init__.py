"""Files made of what accounting keeps."""
