import {expect, test} from 'vitest';
import {errorCodes} from '../src/errors/codes.ts';

/** The page that people read; `npm run golden` writes it anew. */
function page(): string {
	const rows = Object.entries(errorCodes).map(
		([code, {exitStatus, meaning}]) => `| ${exitStatus} | ${code} | ${meaning} |`,
	);
	return `# Exit statuses

\`tsbox up\`, \`run\` and \`exec\` end with the status of their command; when a signal ended it, with 128 and its number. Otherwise 0 is
success, and 1 says that all was done but what was asked for is not so: \`drift\` found differences, a service did not come up, \`doctor\`
misses something. An error has a code, which \`--json\` prints, and of it the exit status. 125 to 127 are those of podman-run(1).

| status | code | what it means |
| --: | :-- | :-- |
${rows.join('\n')}
`;
}

test('docs/exit-codes.md is what the table of codes says', async () => {
	await expect(page()).toMatchFileSnapshot('../docs/exit-codes.md');
});
