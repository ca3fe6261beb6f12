// The version of this package; the tidy test holds it to package.json.

export const version = "0.1.0"
