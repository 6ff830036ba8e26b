"""Traces for OpenTelemetry: one a turn, its parts as spans, in whichever process they run.

Nothing of OpenTelemetry is loaded unless an address is set. A trace's number is made from the turn's, so that the
application and the action server agree on it without handing anything on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.telemetry.logs import of_turn, request

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

_provider: TracerProvider | None = None


def start(service: str, url: str = "", *, exporter: SpanExporter | None = None) -> None:
    """Trace from now on in this process, sending to `url` (OTLP over HTTP) or to `exporter`; neither: stay still."""
    global _provider
    if not url and exporter is None:
        return
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    if exporter is not None:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    else:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    _provider = provider


def stop() -> None:
    """Send what is left and trace no more."""
    global _provider
    if _provider is not None:
        _provider.shutdown()
        _provider = None


@contextmanager
def span(name: str, turn: int | str, **attributes: str) -> Iterator[None]:
    """A part of this turn, from here to the end of the block. `attributes` are codes, never words of a person."""
    token = request.set(of_turn(turn))
    try:
        if _provider is None:
            yield
            return
        from opentelemetry import trace

        tracer = _provider.get_tracer("relais")
        inside = trace.get_current_span().get_span_context().is_valid
        with tracer.start_as_current_span(
            name,
            context=None if inside else _root(turn),
            attributes={"relais.turn": str(turn), **attributes},
            # An exception's words may quote the person.
            record_exception=False,
            set_status_on_exception=False,
        ):
            yield
    finally:
        request.reset(token)


def numbers(turn: int | str) -> tuple[int, int]:
    """The trace's number (128 bits) and its first span's (64 bits) for this turn."""
    digest = hashlib.sha256(of_turn(turn).encode()).digest()
    return int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])


def _root(turn: int | str) -> Context:
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    trace_id, span_id = numbers(turn)
    context = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(context))
