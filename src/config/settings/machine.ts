/** Settings of the machine that computes: Tunesmith's own. */
import { choice, integer } from '../setting.ts';

export const MACHINE = {
  device: choice('auto', {
    own: true,
    choices: ['auto', 'cpu'],
    refusedValues: Object.fromEntries(
      ['cuda', 'gpu', 'metal', 'mps', 'vulkan', 'npu'].map((name) => [
        name,
        {
          en: 'training on this device is not built yet; use cpu, or auto for the best that there is',
          zh: '尚不支持在该设备上训练；请使用 cpu，或用 auto 自动选择',
        },
      ]),
    ),
    en: 'What computes. auto takes the best device that works here, and says which.',
    zh: '用什么设备计算。auto 选择本机可用的最好设备并告知。',
  }),
  num_threads: integer(null, {
    own: true,
    min: 1,
    en: 'Threads that compute; empty means one for each physical core. Fewer leave the machine usable for other work.',
    zh: '计算线程数；留空则每个物理核心一个。调少可让机器兼顾其他工作。',
  }),
};
