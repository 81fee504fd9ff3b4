import {expect, test} from 'vitest';
import {errorCodes} from '../src/errors/codes.ts';

/** The page that people read; `npm run golden` writes it anew. */
function page(): string {
	const rows = Object.entries(errorCodes).map(
		([code, {exitStatus, meaning}]) => `| ${exitStatus} | ${code} | ${meaning} |`,
	);
	return `# Exit codes

\`tsbox up\`, \`run\` and \`exec\` exit with the status of their command, or with 128+N after signal N.

| status | what it means |
| --: | :-- |
| 0 | success |
| 1 | the work was done, and the answer is no: \`drift\`, \`lock --check\` or \`runs diff\` found differences, a service did not start, \`doctor\` misses something |
| 2 | usage error |
| 125 | tsbox failed |
| 126 | the command cannot be executed |
| 127 | the command does not exist |
| 128+N | signal N ended the command |

125 to 127 are those of docker-run(1) and podman-run(1). Each error has a code; \`--json\` prints it.

| status | code | what it means |
| --: | :-- | :-- |
${rows.join('\n')}
`;
}

test('docs/exit-codes.md is what the table of codes says', async () => {
	await expect(page()).toMatchFileSnapshot('../docs/exit-codes.md');
});
