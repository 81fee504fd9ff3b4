import {basename, dirname} from 'node:path';

const words = ['example', 'sample', 'template', 'dist', 'default'];

/** The name of the sample that a project has beside where an env file is to be: `.env.example`, `template.env`, and the like. */
export function sampleBeside(file: string, kindOf: (path: string) => string | undefined): string | undefined {
	const name = basename(file);
	const bare = name.replace(/^\./, '');
	const names = words.flatMap(word => [`${name}.${word}`, `${bare}.${word}`, `${word}.${bare}`, `.${bare}-${word}`]);
	return names.find(each => kindOf(`${dirname(file)}/${each}`) === 'file');
}
