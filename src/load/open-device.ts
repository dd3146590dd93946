/** The device that a run asks for; for the rooms above, which know no devices. */
import { DeviceError } from '../core/index.ts';
import { Device } from '../graph/index.ts';

/**
 * @param name `auto` or `cpu`
 * @param threads compute threads; all physical cores where null
 * @throws DeviceError for a device that is not here: only `auto` chooses by itself
 */
export function openDevice({ name, threads }: { name: string; threads: number | null }): Device {
  if (name !== 'auto' && name !== 'cpu') {
    throw new DeviceError({
      en: `device: ${name} is not there; set device to cpu or auto`,
      zh: `设备：没有 ${name}；请把 device 设为 cpu 或 auto`,
    });
  }
  return threads === null ? Device.cpu() : Device.cpu(threads);
}
