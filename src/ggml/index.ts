/** ggml: the only room that speaks FFI. Libraries, devices, buffers and typed ggml calls; no models. */
export { Device, type DeviceDescription, listDevices, physicalCores } from './device.ts';
export { fromFloat32, toFloat32 } from './dtypes.ts';
export { encodeFloat } from './native-calls.ts';
export { nativeKernels, nativeNote } from './native-kernels.ts';
export { OpContext, type RopeOptions } from './op-context.ts';
export { Arena, Program } from './program.ts';
export { DeviceTensor, readTensor, type VariableSpec, Variables, writeTensor } from './tensor.ts';
