"""The conformance suite: what every pump driver must do, shipped so that anybody can hold theirs to it."""
