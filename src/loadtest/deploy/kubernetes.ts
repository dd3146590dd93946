/** Kubernetes: a Deployment and its Service. Knows the API's words (apps/v1, v1), no cluster. */
import { stringify } from 'yaml';
import { commentLines } from './compose.ts';
import { apiWords, type Deployment } from './deployment.ts';

/** Seconds between probes, and how many may fail. */
const STARTUP = { periodSeconds: 5, failureThreshold: 120 };
const READINESS = { periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 2 };
const LIVENESS = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 };
/** Until all of a cluster has heard that a pod ends, requests still come. */
const LEAVE_SECONDS = 5;
/** The image's user `node`. */
const USER = 1000;

export function kubernetesManifest(deployment: Deployment): string {
  const { name, port, reasons } = deployment;
  const labels = { 'app.kubernetes.io/name': name };
  const secret = `${name}-api-key`;
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels },
    spec: { selector: labels, ports: [{ name: 'http', port, targetPort: 'http' }] },
  };
  const head = [
    ...reasons,
    'Before: push the image to where the cluster pulls from, and make the key that clients send:',
    `kubectl create secret generic ${secret} --from-literal=api-key="$(openssl rand -hex 24)"`,
  ];
  const documents = [workload(deployment, labels, secret), service];
  return commentLines(head) + documents.map((value) => stringify(value, { lineWidth: 0 })).join('---\n');
}

function workload(deployment: Deployment, labels: Readonly<Record<string, string>>, secret: string): object {
  const { name, image, port, replicas, cores, memoryBytes, requestSeconds } = deployment;
  const size = { cpu: String(cores), memory: `${Math.round(memoryBytes / 2 ** 20)}Mi` };
  const get = (path: string) => ({ httpGet: { path, port: 'http' } });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: requestSeconds + LEAVE_SECONDS + 10,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name,
              image,
              args: apiWords(deployment),
              env: [
                { name: 'TUNESMITH_API_KEY', valueFrom: { secretKeyRef: { name: secret, key: 'api-key' } } },
              ],
              ports: [{ name: 'http', containerPort: port }],
              // The model's threads get whole processors, and no neighbour's load shows in the latency.
              resources: { requests: size, limits: size },
              startupProbe: { ...get('/ready'), ...STARTUP },
              readinessProbe: { ...get('/ready'), ...READINESS },
              livenessProbe: { ...get('/health'), ...LIVENESS },
              lifecycle: { preStop: { exec: { command: ['sleep', String(LEAVE_SECONDS)] } } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      },
    },
  };
}
