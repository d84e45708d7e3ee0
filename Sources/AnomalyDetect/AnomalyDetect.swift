// The first file of AnomalyDetect.
