/**
 * What is served for monitoring, too: it tells of the agent, names no host, and does nothing to
 * any.
 */
import type { ApiRoute } from './api-route.ts'
import { healthPath, metricsPath, openapiPath, readyPath, versionPath } from './paths.ts'
import { healthSchema, readySchema, versionSchema } from '../reply/reply-schemas.ts'

export const monitoringApi: readonly ApiRoute[] = [
  {
    path: healthPath,
    method: 'GET',
    name: 'health',
    isMonitoring: true,
    summary: 'Alive: whether requests are accepted.',
    answer: healthSchema,
    unavailable: healthSchema,
    codes: [],
  },
  {
    path: readyPath,
    method: 'GET',
    name: 'ready',
    isMonitoring: true,
    summary: 'Able: whether a fence would find its keys, its journal and its known hosts.',
    answer: readySchema,
    unavailable: readySchema,
    codes: [],
  },
  {
    path: versionPath,
    method: 'GET',
    name: 'version',
    isMonitoring: true,
    summary: 'What runs here, and what it can do.',
    answer: versionSchema,
    codes: [],
  },
  {
    path: metricsPath,
    method: 'GET',
    name: 'metrics',
    isMonitoring: true,
    summary: 'Counters and histograms in the text format of Prometheus.',
    answer: 'text of Prometheus',
    codes: [],
  },
  {
    path: openapiPath,
    method: 'GET',
    name: 'openapi',
    isMonitoring: true,
    summary: 'This document.',
    answer: { type: 'object' },
    codes: [],
  },
]
