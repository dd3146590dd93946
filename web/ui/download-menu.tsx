/** A button that opens a list of files to download, and of what becomes a file by another way. */
import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';

interface DownloadMenuProps {
  readonly label: string;
  readonly files: readonly { readonly label: string; readonly href: string }[];
  readonly actions?: readonly { readonly label: string; readonly run: () => void }[];
  /** One of the actions is on its way. */
  readonly isBusy?: boolean;
}

export function DownloadMenu({ label, files, actions = [], isBusy = false }: DownloadMenuProps) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" loading={isBusy} leftSection={<IconDownload size={14} />}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {files.map(({ label: what, href }) => (
          <Menu.Item key={href} component="a" href={href} download>
            {what}
          </Menu.Item>
        ))}
        {actions.map(({ label: what, run }) => (
          <Menu.Item key={what} onClick={run}>
            {what}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
