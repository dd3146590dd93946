/** Settings of data, measuring and generating that are known but not carried out. */
import { refused } from '../setting.ts';

export const REFUSED_DATA = {
  ...refused(
    {
      en: 'pictures, video and sound are not read yet; remove it and train on text',
      zh: '尚不支持图像、视频和音频；请删去此项，使用文本训练',
    },
    { media_dir: null },
  ),
  ...refused(
    {
      en: 'packing is not built yet; remove it: rows of like length are computed together, so little is lost to padding',
      zh: '样本打包尚未实现；请删去此项：长度相近的行会一起计算，填充浪费很少',
    },
    { packing: null, neat_packing: false },
    [false],
  ),
  ...refused(
    { en: 'padding is never trained on; remove it', zh: '填充部分从不参与训练；请删去此项' },
    { ignore_pad_token_for_loss: true },
  ),
  ...refused(
    {
      en: 'the data sets of eval_dataset are measured together; remove it and make one run for each',
      zh: 'eval_dataset 中的数据集合并测量；请删去此项，每个数据集单独运行一次',
    },
    { eval_on_each_dataset: false },
  ),
  ...refused(
    {
      en: 'tools are written as the template does; remove it and choose the template of that format',
      zh: '工具按模板自身的格式书写；请删去此项，选择对应格式的模板',
    },
    { tool_format: null },
  ),
  ...refused(
    {
      en: 'a system text for all rows is not built yet; put it into the rows and name its column as system in dataset_info.json',
      zh: '统一的系统提示尚未实现；请写入数据，并在 dataset_info.json 中把该列指定为 system',
    },
    { default_system: null },
  ),
  ...refused(
    {
      en: 'old thoughts are dropped where LLaMA-Factory drops them by default, keeping them is not built yet; remove it',
      zh: '旧的思考内容按 LLaMA-Factory 的默认方式去除，保留尚未实现；请删去此项',
    },
    { preserve_thinking: false },
  ),
  ...refused(
    {
      en: 'beam search is not built yet; remove it, and set do_sample: false for the likeliest answer token by token',
      zh: '束搜索尚未实现；请删去此项，需要最可能的回答时设置 do_sample: false',
    },
    { eval_num_beams: null, num_beams: 1, generation_num_beams: null, length_penalty: 1 },
    [1],
  ),
  ...refused(
    {
      en: 'the length of an answer is set by max_new_tokens alone; remove it and set max_new_tokens',
      zh: '回答长度只由 max_new_tokens 决定；请删去此项，改设 max_new_tokens',
    },
    { max_length: 1024, generation_max_length: null },
  ),
  ...refused(
    {
      en: 'a generation_config file is not read; set do_sample, temperature, top_p, top_k and max_new_tokens',
      zh: '不读取 generation_config 文件；请设置 do_sample、temperature、top_p、top_k 和 max_new_tokens',
    },
    { generation_config: null },
  ),
  ...refused(
    {
      en: 'it belongs to the eval command of LLaMA-Factory, which does nothing there either; remove it and use tunesmith evaluate',
      zh: '此项属于 LLaMA-Factory 的 eval 命令（在那里也不起作用）；请删去，使用 tunesmith evaluate',
    },
    { task: null, task_dir: 'evaluation', lang: 'en', n_shot: 5, save_dir: null },
  ),
  ...refused(
    {
      en: 'it belongs to the eval command of LLaMA-Factory; remove it and set per_device_train_batch_size or per_device_eval_batch_size',
      zh: '此项属于 LLaMA-Factory 的 eval 命令；请删去，改设 per_device_train_batch_size 或 per_device_eval_batch_size',
    },
    { batch_size: 4 },
  ),
  ...refused(
    { en: 'data sets are read from local files; remove it', zh: '数据集从本地文件读取；请删去此项' },
    { download_mode: 'reuse_dataset_if_exists' },
  ),
  ...refused(
    {
      en: 'token accuracy during training is not built yet; remove it and use tunesmith evaluate, which gives accuracy, F1 and the confusion matrix',
      zh: '训练中的 token 准确率尚未实现；请删去此项，使用 tunesmith evaluate 得到准确率、F1 和混淆矩阵',
    },
    { compute_accuracy: false },
  ),
  ...refused(
    {
      en: 'measuring before the first step or only after a delay is not built yet; remove it, and use tunesmith evaluate on the untuned model',
      zh: '在第一步之前或延后开始测量尚未实现；请删去此项，用 tunesmith evaluate 评估未微调的模型',
    },
    { eval_on_start: false, eval_delay: 0 },
  ),
  ...refused(
    {
      en: 'evaluation uses the weights as training does; remove it and set bf16: true',
      zh: '评估与训练使用相同的权重；请删去此项，改设 bf16: true',
    },
    { bf16_full_eval: false, fp16_full_eval: false },
  ),
  ...refused(
    {
      en: 'the best checkpoint is the one with the lowest evaluation loss; remove it',
      zh: '最佳检查点即评估损失最低者；请删去此项',
    },
    { metric_for_best_model: null, greater_is_better: null },
    ['loss', 'eval_loss', false],
  ),
  ...refused(
    {
      en: 'stopping early is not built yet; remove it and set load_best_model_at_end: true, which ends with the best checkpoint',
      zh: '提前停止尚未实现；请删去此项，设置 load_best_model_at_end: true 以采用最佳检查点',
    },
    { early_stopping_steps: null },
  ),
};
