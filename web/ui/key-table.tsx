/** The keys that work on every page. */
import { useTexts } from '../i18n/language.tsx';
import { SHELL } from '../i18n/shell.ts';

export function KeyTable() {
  const text = useTexts(SHELL);
  return (
    <table className="table">
      <tbody>
        {text.keyList.map(([key, what]) => (
          <tr key={key}>
            <td className="mono">{key}</td>
            <td>{what}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
