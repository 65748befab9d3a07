"""Everything that imports torch: loading pipelines and drawing images with them."""
