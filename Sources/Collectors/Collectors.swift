// The first file of Collectors.
