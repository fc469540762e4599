/** The changelogs of the packages, made of CHANGELOG.md and of the version in package.json. */

export interface Release {
  readonly version: string
  readonly date: Date
}

/**
 * The releases that CHANGELOG.md tells of, newest first. While something stands under "Unreleased",
 * the version of package.json is the one to come, of this commit. Throws where the two disagree.
 */
export const readReleases = (
  page: string,
  version: string,
  committed: Date,
): readonly Release[] => {
  const [unreleased, ...released] = page.split(/^## /m).slice(1)
  if (unreleased?.startsWith('Unreleased\n') !== true) {
    throw new Error('CHANGELOG.md does not begin with "## Unreleased"')
  }
  const releases = released.map(releaseOf)
  const [newest] = releases
  const isOpen = unreleased.trim() !== 'Unreleased'
  const isReleased = releases.some((release) => release.version === version)
  if (isOpen && isReleased) {
    throw new Error(`${version} is released, and CHANGELOG.md has something for the next version`)
  }
  if (!isOpen && newest?.version !== version) {
    throw new Error(`CHANGELOG.md knows no version ${version}, and has nothing under "Unreleased"`)
  }
  return isOpen ? [{ version, date: committed }, ...releases] : releases
}

const releaseOf = (section: string): Release => {
  const [heading = ''] = section.split('\n')
  const [, version, day] = /^(\d+\.\d+\.\d+) \((\d{4}-\d{2}-\d{2})\)$/.exec(heading) ?? []
  if (version === undefined || day === undefined) {
    throw new Error(`CHANGELOG.md: "${heading}" is not of the form "1.2.0 (2026-12-31)"`)
  }
  return { version, date: new Date(`${day}T00:00:00Z`) }
}

const entry = (version: string): string =>
  `Version ${version}; /usr/share/doc/peerfence has its changelog.`

export const debianChangelog = (releases: readonly Release[], maintainer: string): string =>
  releases
    .map(
      ({ version, date }) => `peerfence (${version}-1) unstable; urgency=medium

  * ${entry(version)}

 -- ${maintainer}  ${date.toUTCString().replace(/GMT$/, '+0000')}
`,
    )
    .join('\n')

export const rpmChangelog = (releases: readonly Release[], maintainer: string): string =>
  releases
    .map(({ version, date }) => {
      const [weekday, day, month, year] = date.toUTCString().replace(',', '').split(' ')
      return `* ${weekday} ${month} ${day} ${year} ${maintainer} - ${version}-1\n- ${entry(version)}\n`
    })
    .join('\n')
