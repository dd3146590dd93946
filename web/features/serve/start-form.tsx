/** Starting a server: the model and its adapters, the port, and who may reach it. */
import { Button, Group, NumberInput, Switch } from '@mantine/core';
import { SERVERS } from '../../../src/studio/wire/index.ts';
import { useAsk, useDo } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SERVE } from '../../i18n/serve.ts';
import { ModelPicker, type PickedModel } from '../../ui/model-picker.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { TemplateInput, useTemplate } from '../../ui/template-input.tsx';
import { useStored } from '../../ui/use-stored.ts';

export function StartForm() {
  const text = useTexts(SERVE);
  const [picked, setPicked] = useStored<PickedModel>('serve.picked', { model: '', adapters: [] });
  const [port, setPort] = useStored('serve.port', 0);
  const [needsKey, setNeedsKey] = useStored('serve.needs-key', false);
  const [isOpen, setOpen] = useStored('serve.is-open', false);
  const { template, input } = useTemplate('serve.template', picked);
  const hasKeys = (useAsk(SERVERS.keys).data?.keys.length ?? 0) > 0;
  const start = useDo(SERVERS.start);
  return (
    <form
      className="panel"
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate({
          body: {
            model: picked.model,
            adapters: [...picked.adapters],
            port,
            needsKey: hasKeys && (needsKey || isOpen),
            isOpen: hasKeys && isOpen,
            settings: template ? { template } : {},
          },
        });
      }}
    >
      <Group gap="sm" align="flex-end">
        <ModelPicker value={picked} onChange={setPicked} labels={text} />
        <TemplateInput {...input} />
        <NumberInput
          label={text.port}
          title={text.portHelp}
          w={96}
          min={0}
          max={65535}
          value={port}
          onChange={(value) => setPort(Number(value))}
        />
        <Button type="submit" loading={start.isPending} disabled={picked.model === ''} data-new>
          {text.start}
        </Button>
      </Group>
      <Group gap="lg" mt="sm">
        <Switch
          label={text.needsKey}
          description={hasKeys ? undefined : text.makeKeyFirst}
          disabled={!hasKeys}
          checked={hasKeys && (needsKey || isOpen)}
          onChange={(event) => {
            setNeedsKey(event.currentTarget.checked);
            if (!event.currentTarget.checked) setOpen(false);
          }}
        />
        <Switch
          label={text.isOpen}
          description={hasKeys ? text.isOpenHelp : text.makeKeyFirst}
          disabled={!hasKeys}
          checked={hasKeys && isOpen}
          onChange={(event) => setOpen(event.currentTarget.checked)}
        />
      </Group>
      {start.error && <ErrorState error={start.error} />}
    </form>
  );
}
