import { createRequire } from 'node:module';
import { SETTINGS } from '#infrastructure/config/config';

/**
 * The first import of every process: what is to be traced must not be loaded before its instrumentation (ADR 0063). Without
 * the setting, or with one that the configuration is about to refuse, nothing of OpenTelemetry's SDK is loaded.
 */
const { OTEL_EXPORTER_OTLP_ENDPOINT: given = '' } = process.env;
if (SETTINGS.OTEL_EXPORTER_OTLP_ENDPOINT.read(given) !== undefined) createRequire(__filename)('./open-telemetry');
