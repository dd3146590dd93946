/** A probe for where no HTTP probe is built in: the image has Node and no curl. */
export function probe(url: string): string[] {
  return ['node', '-e', `fetch('${url}').then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))`];
}
