import {join} from 'node:path';
import {assetText} from './asset-text.ts';
import {readPlainText} from './plain-text.ts';
import {unpackOwn} from './unpack-own.ts';

/** The files of tsbox itself: those of its package, or the ones in the executable that holds them all. */
export interface OwnFiles {
	/** Path of the tsbox program, which also runs as the supervisor. */
	readonly program: string;
	/** Reads a text file by its path in the package. Throws if there is none. */
	readonly read: (path: string) => string;
	/** Gives the folder that has config/examples. An executable writes it into the user's cache. */
	readonly folder: () => string;
}

/** The files of an installed package or a checkout. */
export function filesOfPackage(packageFolder: string): OwnFiles {
	return {
		program: join(packageFolder, 'bin/tsbox'),
		read: path => readPlainText(join(packageFolder, path)),
		folder: () => packageFolder,
	};
}

/** The files in the executable that build-exe.mjs makes: this Node, with tsbox in it. */
export function filesOfExecutable(): OwnFiles {
	const examples = (): Readonly<Record<string, string>> => JSON.parse(assetText('examples'));
	return {
		program: process.execPath,
		read: assetText,
		folder: () => unpackOwn(process.env, assetText('dist/build').trim(), examples()),
	};
}
