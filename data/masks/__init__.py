"""Pictures with a class for each pixel: drawn scenes, folders of masks, polygons, and TensorFlow datasets."""
