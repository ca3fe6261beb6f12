// Which @dapr/dapr is installed, and with which ones the tests have run.

import sdkPackage from "@dapr/dapr/package.json" with { type: "json" }

export const sdkVersion: string = sdkPackage.version

/** What is used of its inside was read in these; a release is added here when the tests have run with it. */
export const testedSdkVersions: readonly string[] = ["3.18.0"]

export const isTestedSdk: boolean = testedSdkVersions.includes(sdkVersion)
