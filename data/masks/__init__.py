"""Pictures with masks: a class for each pixel, from drawn scenes, folders of masks, polygons and TensorFlow datasets."""
