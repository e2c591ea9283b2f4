// ---- search and filters ----------------------------------------------------------------------------------------------

// `user:anna -console:intune days>90 "two words"` as a list of tests.
const parse = (text) => Array.from(text.toLowerCase().matchAll(/(-?)(?:([a-z]+)([:<>]))?(?:"([^"]*)"?|(\S+))/g), (m) => ({
  not: m[1] === "-", field: m[2] || "", sign: m[3] || ":", value: m[4] ?? m[5] ?? "",
})).filter((part) => part.value !== "");

function searcher(list) {
  const { raw, total } = list;
  // One text a device, made once; the ids of its records join it while nobody waits.
  const texts = new Array(total);
  const ids = new Array(total).fill("");
  const fields = {
    name: list.name, serial: list.serial, user: list.user, model: list.model, maker: list.manufacturer,
    platform: (at) => `${list.platform(at)} ${platformName(list.platform(at))}`, key: list.key,
    rule: (at) => list.rules(at).map((r) => `${r} ${ruleName(r)}`).join(" "),
    ownership: list.ownership, join: list.join, activity: list.activity, identity: list.identity, severity: list.severity,
    package: list.package,
    id: (at) => `${list.key(at)} ${ids[at]}`,
  };
  const text = (at) => {
    if (texts[at] === undefined) {
      texts[at] = [list.key(at), list.name(at), list.serial(at), list.user(at), list.manufacturer(at), list.model(at),
        platformName(list.platform(at)), fields.rule(at)].join("\n").toLowerCase();
    }
    return texts[at];
  };
  const test = (part) => {
    const { field, sign, value } = part;
    if (field === "days" && sign !== ":") {
      const limit = Number(value);
      return (at) => raw.days[at] !== null && (sign === ">" ? raw.days[at] > limit : raw.days[at] < limit);
    }
    if (field === "console") {
      const bits = raw.words.console.reduce((sum, slug, i) => (
        slug.startsWith(value) || raw.console_titles[i].toLowerCase().includes(value) ? sum | (1 << i) : sum), 0);
      return (at) => (raw.consoles[at] & bits) !== 0;
    }
    // A step is one word: `step:g12` is not the step of line 120.
    if (field === "step" && sign === ":") return (at) => list.steps(at).split(" ").includes(value);
    if (Object.hasOwn(fields, field) && sign === ":") return (at) => fields[field](at).toLowerCase().includes(value);
    // What looks like a field and is none is text: names may hold colons.
    const whole = field ? `${field}${sign}${value}` : value;
    return (at) => text(at).includes(whole) || ids[at].includes(whole);
  };
  const code = (words, value) => raw.words[words].indexOf(value);

  return {
    // Positions that fit, in the order given.
    find(order, query, filters) {
      const tests = parse(query).map((part) => {
        const fits = test(part);
        return part.not ? (at) => !fits(at) : fits;
      });
      const same = (column, words, value) => {
        if (!value) return;
        const wanted = code(words, value);
        tests.unshift((at) => raw[column][at] === wanted);
      };
      if (filters.show === "flagged") tests.unshift(list.flagged);
      if (filters.show === "clean") tests.unshift((at) => !list.flagged(at));
      same("platform", "platform", filters.platform);
      same("activity", "activity", filters.activity);
      same("severity", "severity", filters.severity);
      same("ownership", "ownership", filters.ownership);
      same("join_type", "join_type", filters.join);
      same("identity", "identity", filters.identity);
      if (filters.rule) {
        const wanted = raw.rules.indexOf(filters.rule);
        tests.unshift((at) => raw.findings[at].includes(wanted));
      }
      if (filters.control) {
        const wanted = new Set(raw.controls.flatMap((own, rule) => (own.includes(filters.control) ? [rule] : [])));
        tests.unshift((at) => raw.findings[at].some((rule) => wanted.has(rule)));
      }
      if (filters.package) {
        const wanted = raw.packages.indexOf(filters.package);
        tests.unshift((at) => raw.package[at] === wanted);
      }
      if (filters.console) tests.unshift((at) => (raw.consoles[at] & list.consoleBit.get(filters.console)) !== 0);
      if (filters.lacks) tests.unshift((at) => (raw.consoles[at] & list.consoleBit.get(filters.lacks)) === 0);
      if (filters.days !== "" && filters.days !== undefined) {
        const least = Number(filters.days);
        tests.unshift((at) => raw.days[at] !== null && raw.days[at] >= least);
      }
      const found = [];
      for (const at of order) {
        let fits = true;
        for (const one of tests) {
          if (!one(at)) { fits = false; break; }
        }
        if (fits) found.push(at);
      }
      return found;
    },
    // Makes the texts a slice at a time, then reads the ids of all records, so that no keystroke waits for either.
    async prepare(done) {
      for (let at = 0; at < total; at += 1) {
        text(at);
        if (at % 4000 === 3999) await pause();
      }
      for (let which = 0; which < list.chunks; which += 1) {
        const called = await list.called(which);
        called.forEach((words, i) => { ids[which * list.chunkSize + i] = words; });
        await pause();
      }
      done();
    },
  };
}
