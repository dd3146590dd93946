/** Settings of models, quantization, media, export and other engines that are known but not carried out. */
import { refused } from '../setting.ts';

export const REFUSED_MODEL = {
  ...refused(
    {
      en: 'adapters are found by their own folder; give that folder as adapter_name_or_path',
      zh: '适配器按其自身的文件夹查找；请把该文件夹写在 adapter_name_or_path 中',
    },
    { adapter_folder: null },
  ),
  ...refused(
    {
      en: 'the vocabulary cannot be changed yet; remove it, and use a model whose tokenizer already has the tokens',
      zh: '尚不能改变词表；请删去此项，并使用分词器已含所需 token 的模型',
    },
    {
      resize_vocab: false,
      add_tokens: null,
      add_special_tokens: null,
      new_special_tokens_config: null,
      init_special_tokens: 'noise_init',
    },
  ),
  ...refused(
    {
      en: 'special tokens in a text are always read as such; remove it, and take such marks out of the rows instead',
      zh: '文本中的特殊标记总按特殊标记读取；请删去此项，并从数据中去掉这些标记',
    },
    { split_special_tokens: false },
  ),
  ...refused(
    {
      en: 'stretching the context is not built yet; remove it and keep cutoff_len within what the model was made for',
      zh: '扩展上下文长度尚未实现；请删去此项，并让 cutoff_len 不超过模型原有的长度',
    },
    { rope_scaling: null },
  ),
  ...refused(
    {
      en: 'this changes the model itself and is not built yet; remove it',
      zh: '此项会改变模型结构，尚未实现；请删去',
    },
    { shift_attn: false, mixture_of_depths: null, moe_aux_loss_coef: null },
    [0],
  ),
  ...refused(
    {
      en: 'training from random weights is not built yet; remove it to start from the weights of model_name_or_path',
      zh: '从随机权重训练尚未实现；请删去此项，从 model_name_or_path 的权重开始',
    },
    { train_from_scratch: false },
  ),
  ...refused(
    {
      en: 'training, evaluation and chat run in one engine of our own; remove it',
      zh: '训练、评估和对话都使用自带的同一引擎；请删去此项',
    },
    {
      infer_backend: 'huggingface',
      vllm_maxlen: 4096,
      vllm_gpu_util: 0.7,
      vllm_enforce_eager: false,
      vllm_max_lora_rank: 32,
      vllm_config: null,
      sglang_maxlen: 4096,
      sglang_mem_fraction: 0.7,
      sglang_tp_size: -1,
      sglang_config: null,
      sglang_lora_backend: 'triton',
      use_kt: false,
      kt_cpu_activation: null,
      kt_weight_path: null,
      kt_non_expert_weight_path: null,
      kt_expert_checkpoint_path: null,
      kt_use_lora_experts: null,
      kt_lora_expert_num: null,
      kt_lora_expert_intermediate_size: null,
      _kt_inference_config: null,
      _kt_config_handle: null,
      _kt_adapter_artifact_path: null,
    },
    ['hf'],
  ),
  ...refused(
    {
      en: 'the weights have the same type in training and in answering; remove it and set bf16 to true or false',
      zh: '训练和回答使用相同的权重类型；请删去此项，改设 bf16 为 true 或 false',
    },
    { infer_dtype: 'auto' },
  ),
  ...refused(
    {
      en: 'it is worked out from other settings and cannot be set; remove it',
      zh: '此项由其他设置推算得出，不能设置；请删去',
    },
    { compute_dtype: null, device_map: null, model_max_length: null, block_diag_attn: false },
  ),
  ...refused(
    {
      en: 'quantizing while loading is not built yet; give a GGUF file that is quantized already (Q8_0, Q4_K, …) as model_name_or_path',
      zh: '加载时量化尚未实现；请把已量化的 GGUF 文件（Q8_0、Q4_K 等）写在 model_name_or_path 中',
    },
    {
      quantization_bit: null,
      quantization_method: 'bnb',
      quantization_type: 'nf4',
      double_quantization: true,
      quantization_device_map: null,
    },
  ),
  ...refused(
    {
      en: '8-bit floating point is not built yet; remove it and set bf16: true',
      zh: 'fp8 尚未实现；请删去此项，改设 bf16: true',
    },
    { fp8: false, fp8_backend: 'auto', fp8_enable_fsdp_float8_all_gather: false },
  ),
  ...refused(
    {
      en: 'pictures, video and sound are not read yet; remove it and train on text',
      zh: '尚不支持图像、视频和音频；请删去此项，使用文本训练',
    },
    {
      image_max_pixels: 768 * 768,
      image_min_pixels: 32 * 32,
      image_do_pan_and_scan: false,
      crop_to_patches: false,
      video_max_pixels: 256 * 256,
      video_min_pixels: 16 * 16,
      video_fps: 2,
      video_maxlen: 128,
      use_audio_in_video: false,
      audio_sampling_rate: 16000,
      freeze_vision_tower: true,
      freeze_multi_modal_projector: true,
      freeze_language_model: false,
    },
  ),
  ...refused(
    {
      en: 'export of a merged model is not built yet; remove it and load the adapter in output_dir, which is in PEFT format',
      zh: '合并导出模型尚未实现；请删去此项，直接加载 output_dir 中 PEFT 格式的适配器',
    },
    {
      export_dir: null,
      export_size: 5,
      export_device: 'cpu',
      export_quantization_bit: null,
      export_quantization_dataset: null,
      export_quantization_nsamples: 128,
      export_quantization_maxlen: 1024,
      export_legacy_format: false,
      export_hub_model_id: null,
    },
  ),
};
