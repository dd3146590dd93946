/** An evaluation as files: a spreadsheet, its rows, its figures, and the corrections of its labels. */
import { EVALUATE } from '../../i18n/evaluate.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { DownloadMenu } from '../../ui/download-menu.tsx';

export function Downloads({ id, hasCorrections }: { id: string; hasCorrections: boolean }) {
  const text = useTexts(EVALUATE).downloads;
  const { language } = useLanguage();
  const file = (name: string) => `/api/evaluations/${id}/files/${name}?language=${language}`;
  return (
    <DownloadMenu
      label={text.title}
      files={[
        { label: text.xlsx, href: file('evaluation.xlsx') },
        { label: text.csv, href: file('rows.csv') },
        { label: text.json, href: file('evaluation.json') },
        ...(hasCorrections ? [{ label: text.corrections, href: file('corrections.jsonl') }] : []),
      ]}
    />
  );
}
