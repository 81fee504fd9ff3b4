/* What the executable of build-exe.mjs runs instead of bin/tsbox: the same scripts, which are assets of it. */
const {getRawAsset} = require('node:sea');
const program = require('./load-program.cjs');

program.readScript = file => ({
	text: Buffer.from(getRawAsset(file)).latin1Slice(),
	cachedData: Buffer.from(getRawAsset(`${file}.cache`)),
});
program.loadScript('dist', 'cli')['cli/start'].start();
