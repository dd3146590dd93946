/** Settings that are accepted and make no difference here, each with the reason. */
import { ignored } from '../setting.ts';

export const IGNORED = {
  ...ignored(
    {
      en: 'Code that comes with a model is never run here.',
      zh: '这里从不运行模型自带的代码。',
    },
    { trust_remote_code: false },
  ),
  ...ignored(
    {
      en: 'There is one tokenizer, and it equals the fast one.',
      zh: '只有一种分词器，与 fast 分词器一致。',
    },
    { use_fast_tokenizer: true },
  ),
  ...ignored(
    {
      en: 'How attention, memory and kernels are handled is chosen by the engine; the results are the same.',
      zh: '注意力、内存和算子的实现由引擎选择，结果相同。',
    },
    {
      flash_attn: 'auto',
      low_cpu_mem_usage: true,
      offload_folder: 'offload',
      use_kv_cache: true,
      use_cache: false,
      use_unsloth: false,
      use_unsloth_gc: false,
      enable_liger_kernel: false,
      use_liger_kernel: false,
      liger_kernel_config: null,
      use_v1_kernels: false,
      disable_gradient_checkpointing: false,
      use_reentrant_gc: true,
      gradient_checkpointing: false,
      gradient_checkpointing_kwargs: null,
      torch_compile: false,
      torch_compile_backend: null,
      torch_compile_mode: null,
      torch_empty_cache_steps: null,
      tf32: null,
    },
  ),
  ...ignored(
    {
      en: 'Norms and logits are always computed in float32.',
      zh: '归一化和 logits 总以 float32 计算。',
    },
    { upcast_layernorm: false, upcast_lmhead_output: false },
  ),
  ...ignored(
    {
      en: 'No hub asks for a token yet; the token is not kept or written anywhere.',
      zh: '目前没有需要令牌的模型库；令牌不会被保存或写出。',
    },
    { hf_hub_token: null, ms_hub_token: null, om_hub_token: null },
  ),
  ...ignored(
    {
      en: 'How many rows are handed on at once changes nothing of them.',
      zh: '一次处理多少行不影响结果。',
    },
    { preprocessing_batch_size: 1000, data_shared_file_system: false },
  ),
  ...ignored(
    {
      en: 'All rows are shuffled together, whatever their number: there is no buffer within which rows are mixed while they stream.',
      zh: '无论多少行都整体打乱；流式读取时没有局部打乱的缓冲区。',
    },
    { buffer_size: 16384 },
  ),
  ...ignored(
    {
      en: 'How batches are handed to the engine changes neither their order nor their content.',
      zh: '批次送入引擎的方式不影响其顺序和内容。',
    },
    {
      dataloader_num_workers: 0,
      dataloader_pin_memory: true,
      dataloader_persistent_workers: false,
      dataloader_prefetch_factor: null,
      remove_unused_columns: true,
      label_names: null,
      length_column_name: 'length',
    },
  ),
  ...ignored(
    {
      en: 'Rows of like length are computed together whenever rows are shuffled.',
      zh: '打乱数据时，长度相近的行总会一起计算。',
    },
    { group_by_length: false, sortish_sampler: false },
  ),
  ...ignored(
    {
      en: 'A run is one process on one device, so nothing is spread over several.',
      zh: '一次运行只用一个进程、一个设备，不涉及分布式。',
    },
    {
      local_rank: -1,
      ddp_backend: null,
      ddp_broadcast_buffers: null,
      ddp_bucket_cap_mb: null,
      ddp_find_unused_parameters: null,
      ddp_static_graph: null,
      ddp_timeout: 1800,
      average_tokens_across_devices: true,
      log_on_each_node: true,
      save_on_each_node: false,
    },
  ),
  ...ignored(
    {
      en: 'What is shown and logged: tokens, speed and time left always are, in output_dir and on the screen.',
      zh: '显示和日志：token 数、速度和剩余时间总会显示在屏幕上并写入 output_dir。',
    },
    {
      include_num_input_tokens_seen: 'no',
      include_effective_tokens_per_second: false,
      print_param_status: false,
      log_level: 'passive',
      log_level_replica: 'warning',
      logging_dir: null,
      logging_nan_inf_filter: true,
      disable_tqdm: null,
      skip_memory_metrics: true,
      run_name: null,
      project: 'huggingface',
    },
  ),
  ...ignored(
    {
      en: 'How figures are gathered while measuring changes none of them.',
      zh: '评估时数据的汇集方式不影响结果。',
    },
    {
      prediction_loss_only: false,
      eval_do_concat_batches: true,
      eval_use_gather_object: false,
      eval_accumulation_steps: null,
      include_for_metrics: [],
      batch_eval_metrics: false,
    },
  ),
  ...ignored(
    {
      en: 'Checkpoints are whole: a stopped run is saved and resumed with all its state.',
      zh: '检查点是完整的：中止的运行会连同全部状态保存并恢复。',
    },
    { enable_jit_checkpoint: false, restore_callback_states_from_checkpoint: false },
  ),
  ...ignored(
    {
      en: 'The seed alone decides every random choice.',
      zh: '所有随机选择都只由种子决定。',
    },
    { full_determinism: false },
  ),
};
