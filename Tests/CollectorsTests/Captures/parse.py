"""Parses the captured pages with programs that others wrote, for CapturedPagesTests to compare with.

Run it after adding a capture to Servers/; it writes Parsed/NAME.json for each one:

    .venv/bin/python Tests/CollectorsTests/Captures/parse.py

Text is parsed by prometheus_client, protobuf by Google's protobuf package, which must be installed for that.
"""

import json
import pathlib
import re

from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics_parser

HERE = pathlib.Path(__file__).parent


def parse_text(page):
    text = page.read_text()
    samples, kinds = samples_of(parser.text_string_to_metric_families(text))
    # The package calls every counter `_total`, also where the page does not.
    for sample in samples:
        if not re.search(rf"^{sample[0]}\b", text, re.MULTILINE):
            sample[0] = sample[0].removesuffix("_total")
    return samples, kinds


def parse_openmetrics(page):
    return samples_of(openmetrics_parser.text_string_to_metric_families(page.read_text()))


def samples_of(families):
    samples, kinds = [], {}
    for family in families:
        kinds[family.name] = family.type
        for sample in family.samples:
            samples.append([sample.name, sample.labels, repr(float(sample.value))])
    return samples, kinds


def parse_protobuf(page):
    family_class = metric_family_class()
    from google.protobuf.internal.decoder import _DecodeVarint32

    data, position = page.read_bytes(), 0
    samples, kinds = [], {}
    while position < len(data):
        length, position = _DecodeVarint32(data, position)
        family = family_class.FromString(data[position : position + length])
        position += length
        kinds[family.name] = ["counter", "gauge", "summary", "unknown", "histogram", "gaugehistogram"][family.type]
        for metric in family.metric:
            labels = {label.name: label.value for label in metric.label}
            for name, more, value in samples_of_metric(metric):
                samples.append([family.name + name, labels | more, repr(float(value))])
    return samples, kinds


def samples_of_metric(metric):
    for kind in ("gauge", "counter", "untyped"):
        if metric.HasField(kind):
            yield "", {}, getattr(metric, kind).value
    if metric.HasField("summary"):
        for quantile in metric.summary.quantile:
            yield "", {"quantile": number(quantile.quantile)}, quantile.value
        yield "_sum", {}, metric.summary.sample_sum
        yield "_count", {}, metric.summary.sample_count
    if metric.HasField("histogram"):
        for bucket in metric.histogram.bucket:
            yield "_bucket", {"le": number(bucket.upper_bound)}, bucket.cumulative_count
        if not metric.histogram.bucket or metric.histogram.bucket[-1].upper_bound != float("inf"):
            yield "_bucket", {"le": "+Inf"}, metric.histogram.sample_count
        yield "_sum", {}, metric.histogram.sample_sum
        yield "_count", {}, metric.histogram.sample_count


def number(value):
    return "+Inf" if value == float("inf") else repr(value).removesuffix(".0")


def metric_family_class():
    """The messages of io.prometheus.client, as far as the captures have them."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    field = descriptor_pb2.FieldDescriptorProto
    messages = {
        "LabelPair": [("name", 1, "string"), ("value", 2, "string")],
        "Gauge": [("value", 1, "double")],
        "Counter": [("value", 1, "double")],
        "Untyped": [("value", 1, "double")],
        "Quantile": [("quantile", 1, "double"), ("value", 2, "double")],
        "Summary": [("sample_count", 1, "uint64"), ("sample_sum", 2, "double"), ("quantile", 3, "Quantile[]")],
        "Bucket": [("cumulative_count", 1, "uint64"), ("upper_bound", 2, "double")],
        "Histogram": [("sample_count", 1, "uint64"), ("sample_sum", 2, "double"), ("bucket", 3, "Bucket[]")],
        "Metric": [
            ("label", 1, "LabelPair[]"),
            ("gauge", 2, "Gauge"),
            ("counter", 3, "Counter"),
            ("summary", 4, "Summary"),
            ("untyped", 5, "Untyped"),
            ("histogram", 7, "Histogram"),
        ],
        "MetricFamily": [("name", 1, "string"), ("help", 2, "string"), ("type", 3, "int32"), ("metric", 4, "Metric[]")],
    }
    file = descriptor_pb2.FileDescriptorProto(name="metrics.proto", package="client", syntax="proto2")
    for name, fields in messages.items():
        message = file.message_type.add(name=name)
        for field_name, field_number, kind in fields:
            is_list, kind = kind.endswith("[]"), kind.removesuffix("[]")
            entry = message.field.add(
                name=field_name,
                number=field_number,
                label=field.LABEL_REPEATED if is_list else field.LABEL_OPTIONAL,
                type=getattr(field, "TYPE_" + kind.upper(), field.TYPE_MESSAGE),
            )
            if kind in messages:
                entry.type_name = f".client.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("client.MetricFamily"))


def main():
    parsers = {".prom": parse_text, ".openmetrics": parse_openmetrics, ".pb": parse_protobuf}
    (HERE / "Parsed").mkdir(exist_ok=True)
    for page in sorted((HERE / "Servers").iterdir()):
        if page.suffix not in parsers:
            continue
        samples, kinds = parsers[page.suffix](page)
        lines = ",\n".join(json.dumps(sample) for sample in samples)
        text = f'{{"kinds": {json.dumps(kinds)},\n"samples": [\n{lines}\n]}}\n'
        (HERE / "Parsed" / f"{page.name}.json").write_text(text)
        print(f"{page.name}: {len(samples)} samples")


if __name__ == "__main__":
    main()
