// The first file of Exporter.
