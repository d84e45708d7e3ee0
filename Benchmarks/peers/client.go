// Prometheus' own client library with the series that latencyd is given: what it costs a Go program to serve them.
// Standard input is a series of commands, one a line: "gauges N", "histograms N TIMINGS", each with new values;
// every line is answered with "done".
package main

import (
	"bufio"
	"fmt"
	"math"
	"math/rand"
	"net/http"
	"os"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// The daemon's default bounds of classic buckets, in seconds.
var bounds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

func main() {
	registry := prometheus.NewRegistry()
	labels := []string{"model", "stage"}
	gauge := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "bench_gauge", Help: "A gauge."}, labels)
	histogram := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "bench_latency_seconds", Help: "A timing.", Buckets: bounds,
		NativeHistogramBucketFactor: 1.0218971486541166, NativeHistogramMaxBucketNumber: 640,
	}, labels)
	registry.MustRegister(gauge, histogram)

	go func() {
		handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
		http.Handle("/metrics", handler)
		fmt.Fprintln(os.Stderr, http.ListenAndServe(os.Args[1], nil))
		os.Exit(1)
	}()

	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var kind string
		var count, each int
		fmt.Sscan(lines.Text(), &kind, &count, &each)
		for i := 0; i < count; i++ {
			model, stage := "m"+strconv.Itoa(i/8), "s"+strconv.Itoa(i%8)
			if kind == "gauges" {
				gauge.WithLabelValues(model, stage).Set(math.Round(rand.Float64()*899000+100000) / 1000)
				continue
			}
			timing := histogram.WithLabelValues(model, stage)
			for j := 0; j < each; j++ {
				timing.Observe(math.Exp(rand.NormFloat64()+3) / 1000)
			}
		}
		fmt.Println("done")
	}
}
