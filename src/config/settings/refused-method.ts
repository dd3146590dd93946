/** Settings of other methods, losses and optimizers that are known but not carried out. */
import { refused } from '../setting.ts';

export const REFUSED_METHOD = {
  ...refused(
    {
      en: 'it belongs to finetuning_type freeze, which is not built yet; remove it and use finetuning_type lora',
      zh: '此项属于尚未实现的 finetuning_type: freeze；请删去，使用 finetuning_type: lora',
    },
    {
      freeze_trainable_layers: 2,
      freeze_trainable_modules: 'all',
      freeze_extra_modules: null,
      use_llama_pro: false,
    },
  ),
  ...refused(
    {
      en: 'only the adapter is trained, whole modules beside it are not built yet; remove it and raise lora_rank if it learns too little',
      zh: '只训练适配器，另外训练整个模块尚未实现；请删去此项，学得不够时调大 lora_rank',
    },
    { additional_target: null },
  ),
  ...refused(
    {
      en: 'LoRA+ (two learning rates) is not built yet; remove it and raise learning_rate instead',
      zh: 'LoRA+（两种学习率）尚未实现；请删去此项，改为调大 learning_rate',
    },
    { loraplus_lr_ratio: null, loraplus_lr_embedding: 1e-6 },
  ),
  ...refused(
    {
      en: 'DoRA is not built yet; remove it and use plain LoRA',
      zh: 'DoRA 尚未实现；请删去此项，使用普通 LoRA',
    },
    { use_dora: false },
  ),
  ...refused(
    {
      en: 'PiSSA is not built yet; remove it and use plain LoRA',
      zh: 'PiSSA 尚未实现；请删去此项，使用普通 LoRA',
    },
    { pissa_init: false, pissa_iter: 16, pissa_convert: false },
  ),
  ...refused(
    {
      en: 'OFT is not built yet; remove it and use finetuning_type lora',
      zh: 'OFT 尚未实现；请删去此项，使用 finetuning_type: lora',
    },
    { module_dropout: 0, oft_rank: 0, oft_block_size: 32, oft_target: 'all' },
  ),
  ...refused(
    {
      en: 'it belongs to the stages rm, ppo, dpo and kto, which are not built yet; remove it and use stage sft',
      zh: '此项属于尚未实现的 rm、ppo、dpo、kto 阶段；请删去，使用 stage: sft',
    },
    {
      pref_beta: 0.1,
      pref_ftx: 0,
      pref_bco_weight: 0,
      pref_loss: 'sigmoid',
      dpo_label_smoothing: 0,
      kto_chosen_weight: 1,
      kto_rejected_weight: 1,
      simpo_gamma: 0.5,
      ppo_buffer_size: 1,
      ppo_epochs: 4,
      ppo_score_norm: false,
      ppo_target: 6,
      ppo_whiten_rewards: false,
      ref_model: null,
      ref_model_adapters: null,
      ref_model_quantization_bit: null,
      reward_model: null,
      reward_model_adapters: null,
      reward_model_quantization_bit: null,
      reward_model_type: 'lora',
      ld_alpha: null,
    },
  ),
  ...refused(
    {
      en: 'GaLore is not built yet, and does not go with LoRA; remove it',
      zh: 'GaLore 尚未实现，且不能与 LoRA 同用；请删去此项',
    },
    {
      use_galore: false,
      galore_target: 'all',
      galore_rank: 16,
      galore_update_interval: 200,
      galore_scale: 2,
      galore_proj_type: 'std',
      galore_layerwise: false,
    },
  ),
  ...refused(
    {
      en: 'APOLLO is not built yet, and does not go with LoRA; remove it',
      zh: 'APOLLO 尚未实现，且不能与 LoRA 同用；请删去此项',
    },
    {
      use_apollo: false,
      apollo_target: 'all',
      apollo_rank: 16,
      apollo_update_interval: 200,
      apollo_scale: 32,
      apollo_proj: 'random',
      apollo_proj_type: 'std',
      apollo_scale_type: 'channel',
      apollo_layerwise: false,
      apollo_scale_front: false,
    },
  ),
  ...refused(
    {
      en: 'BAdam is not built yet, and does not go with LoRA; remove it',
      zh: 'BAdam 尚未实现，且不能与 LoRA 同用；请删去此项',
    },
    {
      use_badam: false,
      badam_mode: 'layer',
      badam_start_block: null,
      badam_switch_mode: 'ascending',
      badam_switch_interval: 50,
      badam_update_ratio: 0.05,
      badam_mask_mode: 'adjacent',
      badam_verbose: 0,
    },
  ),
  ...refused(
    {
      en: 'this optimizer is not built yet; remove it and use optim adamw_torch',
      zh: '该优化器尚未实现；请删去此项，使用 optim: adamw_torch',
    },
    { use_adam_mini: false, use_muon: false, optim_args: null, optim_target_modules: null },
  ),
  ...refused(
    {
      en: 'this loss is not built yet; remove it to train with plain cross entropy',
      zh: '该损失函数尚未实现；请删去此项，使用普通交叉熵训练',
    },
    {
      use_dft_loss: false,
      use_asft_loss: false,
      asft_alpha: 0.1,
      use_eaft_loss: false,
      eaft_alpha: 1,
      label_smoothing_factor: 0,
    },
  ),
  ...refused(
    {
      en: 'noise on the embeddings is not built yet; remove it, and use lora_dropout against overfitting',
      zh: '嵌入加噪（NEFTune）尚未实现；请删去此项，用 lora_dropout 防止过拟合',
    },
    { neftune_noise_alpha: null },
    [0],
  ),
  ...refused(
    {
      en: 'the schedule takes no further arguments; remove it',
      zh: '学习率曲线不接受更多参数；请删去此项',
    },
    { lr_scheduler_kwargs: null },
    ['{}'],
  ),
  ...refused(
    {
      en: 'half precision is not built, its numbers overflow in training; remove it and set bf16: true',
      zh: '不支持 fp16（训练中容易溢出）；请删去此项，改设 bf16: true',
    },
    { fp16: false },
  ),
  ...refused(
    {
      en: 'adapter and optimizer stay in float32 here; remove it and set bf16: true for weights in bfloat16',
      zh: '适配器和优化器在这里保持 float32；请删去此项，设置 bf16: true 使模型权重用 bfloat16',
    },
    { pure_bf16: false },
  ),
};
