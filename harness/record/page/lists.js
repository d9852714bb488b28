/* What stands around the grid: what needs attention, what was declared, what changed, where the time went. */

const SHOWN = 40; /* entries of a list that are made at once */

function entry(cell, words, before) {
	return make('li', {}, make('a', {href: addressOf({cell: cell.id}), class: 'entry ' + cell.kind, 'data-n': cell.index},
		make('b', {class: 'sign ' + cell.kind}, before || KINDS[cell.kind][0]),
		make('span', {class: 'id'}, make('b', {}, cell.case), ...[...cell.place].map(([axis, value]) =>
			make('span', {class: 'at'}, axis + '=', make('i', {}, value)))),
		make('span', {class: 'words'}, words)),
	cell.folder ? make('code', {class: 'paper'}, 'dkboot repro ' + pathOf(cell)) : null);
}

/* A list that grows by itself when its end comes near. */
function growingList(cells, item) {
	const list = make('ul', {class: 'entries'});
	let shown = 0;
	const more = () => {
		list.append(...cells.slice(shown, shown + SHOWN).map(item));
		shown += SHOWN;
		if (shown < cells.length)
			fillLater(list.lastChild, more);
	};
	more();
	return list;
}

/* [heading, cells], most first. */
function byWords(cells, words) {
	const groups = new Map();
	for (const cell of cells) {
		const key = words(cell);
		if (!groups.has(key))
			groups.set(key, []);
		groups.get(key).push(cell);
	}
	return [...groups].sort((a, b) => b[1].length - a[1].length);
}

function attention(cells) {
	const trouble = cells.filter((cell) => RED.has(cell.kind) || cell.kind === 'flaky');
	if (!trouble.length)
		return null;
	const groups = byWords(trouble, (cell) => cell.kind + '\n' + classOf(cell));
	groups.sort((a, b) => Object.keys(KINDS).indexOf(a[1][0].kind) - Object.keys(KINDS).indexOf(b[1][0].kind));
	return make('section', {id: 'attention'},
		make('h2', {}, 'Not as expected ', make('small', {}, plural(trouble.length, 'cell'))),
		groups.map(([, group]) => make('details', {open: groups.length <= 12 || group === groups[0][1]},
			make('summary', {}, make('span', {class: 'tally ' + group[0].kind}, KINDS[group[0].kind][1]), ' ',
				make('b', {}, classOf(group[0]) || ''), ' ', make('small', {}, plural(group.length, 'cell'))),
			growingList(group, (cell) => entry(cell, wordsOf(cell))))));
}

/* Skips and expected failures, one line for all that have the same reason. */
function declared(cells) {
	const some = cells.filter((cell) => cell.kind === 'skip' || cell.kind === 'xfail');
	if (!some.length)
		return null;
	return make('section', {id: 'declared'},
		make('h2', {}, 'Skipped, or failed as expected ', make('small', {}, plural(some.length, 'cell'))),
		byWords(some, (cell) => cell.kind + '\n' + wordsOf(cell)).map(([, group]) => {
			const details = make('details', {}, make('summary', {},
				make('span', {class: 'tally ' + group[0].kind}, KINDS[group[0].kind][1]), ' ',
				make('span', {class: 'words'}, wordsOf(group[0])), ' ', make('small', {}, plural(group.length, 'cell'))));
			details.addEventListener('toggle', () => details.querySelector('ul') ||
				details.append(growingList(group, (cell) => entry(cell, [classOf(cell), cell.reason].filter(Boolean).join(': ')))));
			return details;
		}));
}

const CHANGES = ['regressed', 'broken', 'fixed', 'new', 'gone', 'flaky', 'slower', 'declared'];

function wasWords(cell) {
	const was = cell.was ? [cell.was.verdict, cell.was.class].filter(Boolean).join(' ') + ' in ' + seconds(cell.was.s) : 'not there';
	return was + ' → ' + [cell.verdict, classOf(cell)].filter(Boolean).join(' ') + ' in ' + seconds(cell.s) +
		(cell.reason ? ': ' + cell.reason : '');
}

function differences(cells) {
	if (!run.baseline)
		return null;
	const meanings = new Map(run.meanings || []);
	const groups = CHANGES.filter((change) => change !== 'gone').map((change) =>
		[change, cells.filter((cell) => cell.change === change)]).filter(([, group]) => group.length);
	const gone = run.gone || [];
	return make('section', {id: 'differences'},
		make('h2', {}, 'Differences ', make('small', {}, 'to ', make('code', {}, run.baseline))),
		groups.length || gone.length ? null : make('p', {class: 'note'}, 'None among these cells.'),
		groups.map(([change, group]) => make('details', {open: change === 'regressed' || change === 'broken' || group.length <= 5},
			make('summary', {}, make('span', {class: 'tally change ' + change}, change), ' ',
				make('small', {}, plural(group.length, 'cell') + (meanings.get(change) ? ': ' + meanings.get(change) : ''))),
			growingList(group, (cell) => entry(cell, wasWords(cell))))),
		gone.length ? make('details', {}, make('summary', {}, make('span', {class: 'tally change gone'}, 'gone'), ' ',
			make('small', {}, plural(gone.length, 'cell') + (meanings.get('gone') ? ': ' + meanings.get('gone') : ''))),
		growingList(gone, (cell) => make('li', {}, cell.id + ': ' + cell.verdict))) : null);
}

/* [name, seconds] as one bar; its parts have titles, and a legend stands below. */
function timeBar(parts) {
	const whole = parts.reduce((sum, part) => sum + part[1], 0) || 1;
	const bar = make('div', {class: 'bar', role: 'img', 'aria-label': parts.map(([name, s]) => name + ' ' + seconds(s)).join(', ')});
	const legend = make('ul', {class: 'legend'});
	parts.forEach(([name, s], i) => {
		const piece = make('span', {class: 'p' + i % 8, title: name + ' ' + seconds(s)});
		piece.style.flexGrow = String(s / whole);
		bar.append(piece);
		legend.append(make('li', {}, make('i', {class: 'p' + i % 8}), name + ' ', make('b', {}, seconds(s)),
			make('small', {}, ' ' + (100 * s / whole).toFixed(s / whole < 0.1 ? 1 : 0) + '%')));
	});
	return [bar, legend];
}

/* [name, seconds], one behind the other. "boot" is the time of the boot as a whole: what was marked within it is taken out. */
function partsOf(cell) {
	const all = [];
	for (let i = 0; cell.phases && i + 1 < cell.phases.length; i += 2)
		all.push([cell.phases[i], cell.phases[i + 1]]);
	const outside = ['prepare', 'boot', 'record'];
	const inside = all.filter(([name]) => !outside.includes(name)).reduce((sum, part) => sum + part[1], 0);
	return all.map(([name, s]) => name === 'boot' ? [inside ? 'rest of the boot' : name, Math.max(0, s - inside)] : [name, s])
		.filter((part) => part[1] > 0);
}

function timeSpent(cells) {
	const sums = new Map();
	for (const cell of cells)
		for (const [name, s] of partsOf(cell))
			sums.set(name, (sums.get(name) || 0) + s);
	if (!sums.size)
		return null;
	const slow = [...cells].sort((a, b) => b.s - a.s).slice(0, 8).filter((cell) => cell.s > 0);
	return make('section', {id: 'time'},
		make('h2', {}, 'Where the time went ', make('small', {}, plural(cells.length, 'cell') + ', ' +
			seconds(cells.reduce((sum, cell) => sum + cell.s, 0)) + ' of boots; the run took ' + seconds(run.seconds))),
		timeBar([...sums].sort((a, b) => b[1] - a[1])),
		make('details', {}, make('summary', {}, 'The slowest'),
			make('ul', {class: 'entries'}, slow.map((cell) => entry(cell, seconds(cell.s) + ': ' +
				partsOf(cell).map(([name, s]) => name + ' ' + seconds(s)).join(', '), null)))));
}
