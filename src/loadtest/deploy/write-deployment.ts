/** Writes a deployment down: an image, Docker Compose, Kubernetes, and where it can be, vLLM's command for a GPU. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../core/index.ts';
import { composeFile } from './compose.ts';
import { checkDeployment, type Deployment } from './deployment.ts';
import { dockerfile } from './dockerfile.ts';
import { kubernetesManifest } from './kubernetes.ts';
import { vllmScript } from './vllm.ts';

/** @returns the files' paths @throws ConfigError when a platform would refuse it */
export function writeDeployment(deployment: Deployment, folder: string): string[] {
  checkDeployment(deployment);
  const script = vllmScript(deployment);
  const files: Record<string, string> = {
    Dockerfile: dockerfile(deployment),
    'compose.yaml': composeFile(deployment),
    'kubernetes.yaml': kubernetesManifest(deployment),
    ...(script !== undefined && { 'vllm.sh': script }),
  };
  return Object.entries(files).map(([name, content]) => {
    const path = join(folder, name);
    writeFileAtomic(path, content);
    if (name.endsWith('.sh')) chmodSync(path, 0o755);
    return path;
  });
}
