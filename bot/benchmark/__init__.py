"""The intent model on public benchmarks, beside the published figures: `make benchmark-nlu`."""
