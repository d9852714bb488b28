/* One cell, opened: why, how again, where the time went, memory map, logs. */

function section(heading, ...children) {
	return make('section', {}, make('h3', {}, heading), children);
}

function factList(pairs) {
	return make('dl', {}, pairs.filter(([, value]) => value).map(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]));
}

/* What stands in the page for this cell, behind the script: parsed when it is opened. */
function detailsOf(cell) {
	const block = document.getElementById('d' + cell.index);
	return block ? JSON.parse(block.textContent) : {};
}

function filesOf(cell) {
	const names = run.files.filter((name, i) => cell.files >> i & 1);
	if (!cell.folder || !names.length)
		return null;
	return make('p', {class: 'files'}, 'files: ', names.map((name) =>
		[make('a', {href: linkTo(cell.folder, name), target: '_blank', rel: 'noopener noreferrer'}, name), ' ']));
}

function verdictOf(cell) {
	const words = wordsOf(cell);
	return [
		make('p', {class: 'verdict'}, make('span', {class: 'tally ' + cell.kind}, KINDS[cell.kind][1]), ' ',
			classOf(cell) ? make('b', {}, classOf(cell)) : null, ' in ' + seconds(cell.s)),
		words ? make('p', {class: 'words'}, words) : null,
		words !== cell.reason && cell.reason ? make('p', {class: 'words'}, classOf(cell) + ': ' + cell.reason) : null,
		cell.was ? make('p', {class: 'was'}, make('span', {class: 'tally change ' + cell.change}, cell.change), ' ', wasWords(cell)) : null,
	];
}

function attemptsOf(cell) {
	if (!cell.attempts)
		return null;
	return section('Attempts', make('ol', {}, cell.attempts.map((attempt) => make('li', {},
		[attempt.verdict, attempt.class].filter(Boolean).join(' ') + ' in ' + seconds(attempt.s) + (attempt.reason ? ': ' + attempt.reason : '')))));
}

function againOf(cell, details) {
	if (!cell.folder)
		return null;
	const boots = details.script && details.script.split('\n').find((line) => line.startsWith('exec '));
	return section('Again', commandLine('dkboot repro ' + pathOf(cell)),
		cell.files >> run.files.indexOf('repro.sh') & 1 ? commandLine('sh ' + pathOf(cell, 'repro.sh')) : null,
		boots ? make('details', {}, make('summary', {}, 'what that boots, in the cell\u2019s folder'), commandLine(boots.slice(5))) : null);
}

/* The picture: what is pointed at or focused is told below it, which a finger can do too. */
function mapOf(cell, details) {
	const template = document.getElementById('m' + cell.index);
	const told = make('p', {class: 'told', 'aria-live': 'polite'}, 'Point at a part for its addresses.');
	const violations = details.violations && details.violations.length ? make('ul', {class: 'violations'},
		details.violations.map(([rule, text]) => make('li', {}, make('b', {}, rule), ' ' + text))) : null;
	if (!template && !violations)
		return null;
	const picture = template ? make('div', {class: 'picture'}, template.content.cloneNode(true)) : null;
	const tell = (event) => {
		const part = event.target.closest('g');
		if (part)
			told.textContent = part.querySelector('title').textContent;
	};
	for (const event of picture ? ['pointerover', 'focusin', 'click'] : [])
		picture.addEventListener(event, tell);
	return section('Memory at the kernel\u2019s first instruction', picture, picture ? told : null, violations,
		make('p', {class: 'note'}, plural(details.checked, 'rule') + ' checked, ' + plural(details.violations.length, 'violation')));
}

/* A line of a log; one that the verdict quotes is marked, and a silence before it is told. */
function logLine(text, state) {
	const match = /^\[ *(\d+\.\d+)\] (.*)$/.exec(text);
	const words = match ? match[2] : text;
	const line = make('span', {class: 'line'});
	if (match) {
		const at = Number(match[1]), silence = at - state.last;
		if (state.last !== null && silence >= Math.max(0.5, state.quiet))
			line.append(make('span', {class: 'silence'}, seconds(silence) + ' of silence\n'));
		state.last = at;
		line.append(make('time', {}, match[1].padStart(10)), ' ');
	}
	if (words.trim().length > 5 && state.reason.includes(words.trim()))
		line.append(make('mark', {}, words));
	else
		line.append(words);
	line.append('\n');
	return line;
}

function logOf(cell, log) {
	const state = {last: null, quiet: cell.s / 20, reason: cell.reason || ''};
	const lines = (text) => text.replace(/\n$/, '').split('\n').map((line) => logLine(line, state));
	const body = make('pre', {class: 'log', tabindex: '0'}, lines(log.text));
	if (log.left) {
		body.append(make('span', {class: 'cut'}, plural(log.left, 'byte') + ' are left out here: ',
			make('a', {href: linkTo(cell.folder, log.name)}, log.name), '\n'));
		body.append(...lines(log.tail));
	}
	return section(log.name, body);
}

function logsOf(cell, details) {
	if (details.logs && details.logs.length)
		return details.logs.map((log) => logOf(cell, log));
	if (details.logs)
		return section('Serial', make('p', {class: 'note'}, 'Nothing was said.'));
	return cell.folder ? make('p', {class: 'note'}, RED.has(cell.kind) ? 'The page would have grown too large with its logs, or its folder is gone.' :
		'Logs and memory map of this cell are in its files.') : null;
}

/* The cells before and behind it, among those that are shown. */
function wayOn(cell) {
	const here = view.cells.indexOf(cell);
	const button = (name, key, step) => {
		const other = here < 0 ? null : view.cells[here + step];
		return make('button', {type: 'button', disabled: !other, title: name + ' (' + key + ')', 'aria-label': name,
			onclick: () => other && openCell(other)}, step < 0 ? '‹' : '›');
	};
	return [button('the cell before', 'k', -1), button('the next cell', 'j', 1)];
}

function drawCell(cell) {
	const details = detailsOf(cell);
	const parts = partsOf(cell);
	const map = mapOf(cell, details), guilty = details.violations && details.violations.length;
	return [
		make('header', {}, make('h2', {id: 'cell-title', tabindex: '-1'}, cell.case, ' ', make('small', {}, cell.id)),
			make('nav', {}, wayOn(cell), make('button', {type: 'button', onclick: closeCell, title: 'close (Esc)', 'aria-label': 'close'}, '×'))),
		make('div', {class: 'body ' + cell.kind},
			verdictOf(cell),
			againOf(cell, details),
			guilty ? map : null,
			make('div', {class: 'pair'},
				section('What it is', make('table', {class: 'place'}, [...cell.place].map(([axis, value]) =>
				make('tr', {}, make('th', {scope: 'row'}, axis), make('td', {}, value)))),
			factList([['kernel', cell.kernel], ['initrd', cell.initrd], ['bug', cell.bug]])),
				parts.length ? section('Where the time went', timeBar(parts)) : null),
			attemptsOf(cell),
			guilty ? null : map,
			logsOf(cell, details),
			filesOf(cell)),
	].filter(Boolean);
}
