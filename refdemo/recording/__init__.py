"""What `recorded_collections` records, as data, text and SVG."""
