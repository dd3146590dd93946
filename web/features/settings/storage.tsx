/** What lies where on this machine, and how large it is. */
import { SETTINGS } from '../../../src/studio/wire/index.ts';
import { useAsk } from '../../api/use-ask.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SETTINGS_TEXT } from '../../i18n/settings.ts';
import { Answered } from '../../ui/states.tsx';
import { useFormat } from '../../ui/use-format.ts';

export function Storage() {
  const text = useTexts(SETTINGS_TEXT);
  const format = useFormat();
  const stored = useAsk(SETTINGS.storage);
  return (
    <Answered of={stored}>
      {({ workspace, stored: things }) => (
        <div className="scroll-x">
          <table className="table">
            <thead>
              <tr>
                <th>{text.what}</th>
                <th>{text.place}</th>
                <th className="number">{text.size}</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <td>{text.workspace}</td>
                <td className="mono" style={{ overflowWrap: 'anywhere' }}>
                  {workspace}
                </td>
                <td />
              </tr>
              {things.map(({ what, path, sizeBytes }) => (
                <tr key={what}>
                  <td>{text.stored[what]}</td>
                  <td className="mono" style={{ overflowWrap: 'anywhere' }}>
                    {path}
                  </td>
                  <td className="number">{format.bytes(sizeBytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Answered>
  );
}
