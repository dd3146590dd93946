/** Whose work the program stands on. */
import { Text } from '@mantine/core';
import { SETTINGS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SETTINGS_TEXT } from '../../i18n/settings.ts';
import { Answered } from '../../ui/states.tsx';

export function Licenses() {
  const text = useTexts(SETTINGS_TEXT);
  const told = useAsk(SETTINGS.licenses);
  return (
    <Answered of={told}>
      {({ license, libraries }) => (
        <>
          <Text size="sm" mb="xs">
            {text.licensesAbout(license)}
          </Text>
          <div className="scroll-x" style={{ maxHeight: 280, overflowY: 'auto' }} tabIndex={0}>
            <table className="table">
              <thead>
                <tr>
                  <th>{text.library}</th>
                  <th>{text.version}</th>
                  <th>{text.license}</th>
                </tr>
              </thead>
              <tbody>
                {libraries.map((one) => (
                  <tr key={one.name}>
                    <td>{one.name}</td>
                    <td>{one.version}</td>
                    <td>{one.license}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Text size="sm" mt="xs">
            <a href="/licenses.md" target="_blank" rel="noreferrer">
              {text.pageLicenses}
            </a>
          </Text>
        </>
      )}
    </Answered>
  );
}
