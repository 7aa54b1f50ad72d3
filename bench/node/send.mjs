// Send with Node's web-push: what to send comes as JSON on stdin, what it took goes as JSON to stdout.
// Given its best: connections are kept, and many are under way at once.
import { Agent } from "node:https";
import { text } from "node:stream/consumers";
import webPush from "web-push";

const { subscriptions, vapid, body, atOnce, warmUp } = JSON.parse(await text(process.stdin));
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
const options = { vapidDetails: vapid, TTL: 3600, urgency: "high", agent };

async function send(all) {
  const left = all.values();
  const line = async () => {
    for (const each of left) await webPush.sendNotification(each, body, options);
  };
  await Promise.all(Array.from({ length: atOnce }, line));
}

await send(subscriptions.slice(0, warmUp));
const counted = subscriptions.slice(warmUp);
const [began, cpu] = [performance.now(), process.cpuUsage()];
await send(counted);
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ messages: counted.length, seconds: (performance.now() - began) / 1000, cpu: user + system }));
agent.destroy();
