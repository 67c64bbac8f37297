<?php
// Drives a running simulator with Amazon's own PHP SDK: one line per check, exit code 1 when one of them fails.
declare(strict_types=1);

require getenv('SDK_AUTOLOAD');

use Amazon\Pay\API\Client;

$keyId = getenv('SIMULATOR_KEY_ID');
$keyFile = getenv('SIMULATOR_KEY_FILE');
$failed = $checks = $keys = 0;

// The SDK always connects to port 443; the proxy takes its connection to the simulator's port.
function client(array $more = []): Client
{
    global $keyId, $keyFile;
    return new Client($more + [
        'public_key_id' => $keyId,
        'private_key' => $keyFile,
        'region' => 'us',
        'sandbox' => true,
        'override_service_url' => 'localhost',
        'proxy' => ['host' => '127.0.0.1', 'port' => getenv('FRONT_PORT'), 'username' => 'any', 'password' => 'any'],
    ]);
}

function check(string $name, mixed $got, mixed $wanted): void
{
    global $failed, $checks;
    $checks += 1;
    if ($got === $wanted) {
        echo "ok    $name\n";
        return;
    }
    $failed += 1;
    echo "FAIL  $name: wanted ", json_encode($wanted), ', got ', json_encode($got), "\n";
}

function control(string $method, string $path, ?array $body = null): mixed
{
    $curl = curl_init('https://' . getenv('SIMULATOR_HOST') . "/_sim/$path");
    curl_setopt_array($curl, [CURLOPT_CUSTOMREQUEST => $method, CURLOPT_RETURNTRANSFER => true]);
    if ($body !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, json_encode($body));
    }
    $text = curl_exec($curl);
    if ($text === false) {
        throw new Exception(curl_error($curl));
    }
    return json_decode($text, true);
}

function order(string $situation, array $more = []): array
{
    [$made] = control('POST', 'orders', [['situation' => $situation] + $more]);
    return [$made['permission_id'], $made['charge_ids'][0] ?? null];
}

// What the simulator wrote down of one order: operation and whether it took effect.
function ledger(string $permission): array
{
    $own = array_filter(control('GET', 'ledger'), fn ($entry) => $entry['permission_id'] === $permission);
    return array_values(array_map(fn ($e) => $e['operation'] . ($e['effect'] ? ' true' : ' false'), $own));
}

function price(string $amount): array
{
    return ['amount' => $amount, 'currencyCode' => 'USD'];
}

function fresh(): array
{
    global $keys;
    $keys += 1;
    return ['x-amz-pay-idempotency-key' => sprintf('php%06d', $keys)];
}

function body(array $answer): array
{
    return json_decode($answer['response'], true);
}

function state(array $answer): array
{
    return [$answer['status'], body($answer)['statusDetails']['state'] ?? null];
}

function reason(array $answer): array
{
    return [$answer['status'], body($answer)['reasonCode'] ?? null];
}

function same(array $one, array $other): bool
{
    return $one['status'] === $other['status'] && $one['response'] === $other['response'];
}

function moneyPath(string $label, Client $pay): void
{
    [$id] = order('open', ['amount' => '120.00']);
    check("$label: a permission is read", state($pay->getChargePermission($id)), [200, 'Chargeable']);

    $wish = ['chargePermissionId' => $id, 'chargeAmount' => price('60.00'), 'captureNow' => false];
    $key = fresh();
    $first = $pay->createCharge($wish, $key);
    check("$label: authorize", state($first), [201, 'Authorized']);
    check("$label: the same key and body answers the same", same($pay->createCharge($wish, $key), $first), true);
    $changed = ['chargeAmount' => price('61.00')] + $wish;
    check("$label: a changed body under one key", reason($pay->createCharge($changed, $key)),
        [400, 'DuplicateIdempotencyKey']);
    $charge = body($first)['chargeId'];
    check("$label: a charge is read", state($pay->getCharge($charge)), [200, 'Authorized']);

    $captureKey = fresh();
    $capture = ['captureAmount' => price('50.00')];
    $captured = $pay->captureCharge($charge, $capture, $captureKey);
    check("$label: capture", state($captured), [200, 'Captured']);
    check("$label: the same capture again answers the same",
        same($pay->captureCharge($charge, $capture, $captureKey), $captured), true);
    check("$label: a second capture", reason($pay->captureCharge($charge, $capture, fresh())),
        [422, 'InvalidChargeStatus']);

    $refund = $pay->createRefund(['chargeId' => $charge, 'refundAmount' => price('10.00')], fresh());
    check("$label: refund", state($refund), [201, 'RefundInitiated']);
    $refundId = body($refund)['refundId'];
    control('POST', 'acts', ['act' => 'settle', 'id' => $refundId]);
    check("$label: a refund is read", state($pay->getRefund($refundId)), [200, 'Refunded']);
    $beyond = ['chargeId' => $charge, 'refundAmount' => price('90.00')];
    check("$label: a refund of more than was captured", reason($pay->createRefund($beyond, fresh())),
        [400, 'TransactionAmountExceeded']);

    $second = body($pay->createCharge(['chargeAmount' => price('5.00')] + $wish, fresh()))['chargeId'];
    check("$label: cancel a charge", state($pay->cancelCharge($second, ['cancellationReason' => 'out of stock'])),
        [200, 'Canceled']);
    $closed = $pay->closeChargePermission($id, ['closureReason' => 'done', 'cancelPendingCharges' => false]);
    check("$label: close a permission", state($closed), [200, 'Closed']);
    check("$label: a charge after closing", reason($pay->createCharge($wish, fresh())),
        [422, 'InvalidChargePermissionStatus']);

    check("$label: the ledger holds each effect once", ledger($id), [
        'authorize true', 'authorize false', 'authorize false', 'capture true', 'capture false', 'capture false',
        'refund true', 'refund false', 'authorize true', 'void true', 'close true', 'authorize false',
    ]);
}

function wholeOrder(Client $pay): void
{
    [$id, $charge] = order('authorized');
    $wish = ['closureReason' => 'customer called', 'cancelPendingCharges' => true];
    check('cancel an order with its charge', state($pay->closeChargePermission($id, $wish)), [200, 'Closed']);
    check('its charge is canceled', state($pay->getCharge($charge)), [200, 'Canceled']);
    check('the ledger calls it cancel', ledger($id), ['cancel true']);
}

function signatures(Client $pay): void
{
    global $keyId;
    [$id, $charge] = order('authorized');
    $capture = ['captureAmount' => price('1.00')];
    openssl_pkey_export(openssl_pkey_new(['private_key_bits' => 2048]), $other);
    check('a wrong key', reason(client(['private_key' => $other])->captureCharge($charge, $capture, fresh())),
        [403, 'InvalidRequestSignature']);
    $nobody = client(['public_key_id' => 'SANDBOX-NOBODY']);
    check('an unknown key id', reason($nobody->captureCharge($charge, $capture, fresh())), [401, 'UnauthorizedAccess']);
    check('neither took effect', ledger($id), ['capture false', 'capture false']);
    $older = client(['public_key_id' => str_replace('SANDBOX-', '', $keyId)]);
    check('a key of the older kind, with /sandbox in the URL', state($older->getCharge($charge)), [200, 'Authorized']);
}

// The SDK sends every header but the idempotency key unsigned, and repeats 429 and 5xx by itself.
function simulation(Client $pay): void
{
    [$id] = order('open');
    $wish = ['chargePermissionId' => $id, 'chargeAmount' => price('9.00'), 'captureNow' => false];
    $declined = fresh() + ['x-amz-pay-simulation-code' => 'SoftDeclined'];
    check('a decline simulated by an unsigned header', reason($pay->createCharge($wish, $declined)),
        [422, 'SoftDeclined']);
    control('POST', 'faults', ['match' => ['id' => $id, 'operation' => 'authorize'], 'fault' => 'throttle']);
    $answer = $pay->createCharge($wish, fresh());
    check('a quota used up is tried again by the SDK', [...state($answer), $answer['retries']], [201, 'Authorized', 1]);
    check('the ledger agrees', ledger($id), ['authorize false', 'authorize false', 'authorize true']);
    check('an id that is not there', reason($pay->getCharge("$id-C999999")), [404, 'ResourceNotFound']);
}

function aroundTheMoney(Client $pay): void
{
    [$id] = order('authorized');
    $metadata = ['merchantReferenceId' => 'P-1001', 'noteToBuyer' => 'thank you'];
    check('update a permission', state($pay->updateChargePermission($id, ['merchantMetadata' => $metadata])),
        [200, 'Chargeable']);
    check('its metadata is read back', body($pay->getChargePermission($id))['merchantMetadata']['merchantReferenceId'],
        'P-1001');

    $parcel = ['trackingNumber' => '1Z999AA10123456785', 'carrierCode' => 'UPS'];
    $tracker = ['chargePermissionId' => $id, 'deliveryDetails' => [$parcel]];
    $tracked = $pay->deliveryTrackers($tracker);
    check('track a delivery', [$tracked['status'], body($tracked)],
        [200, ['amazonOrderReferenceId' => $id, 'deliveryDetails' => [$parcel]]]);
    check('the same parcel again', reason($pay->deliveryTrackers($tracker)), [400, 'InvalidParameterValue']);
    check('the ledger calls these other', ledger($id), ['other true', 'other true', 'other false']);
}

function checkout(Client $pay): void
{
    $web = ['checkoutReviewReturnUrl' => 'https://shop.example/review'];
    $wish = ['webCheckoutDetails' => $web, 'storeId' => getenv('SIMULATOR_STORE_ID')];
    $made = $pay->createCheckoutSession($wish, fresh());
    check('create a checkout session', state($made), [201, 'Open']);
    $id = body($made)['checkoutSessionId'];
    check('a session is read', state($pay->getCheckoutSession($id)), [200, 'Open']);
    $updated = $pay->updateCheckoutSession($id, [
        'webCheckoutDetails' => ['checkoutResultReturnUrl' => 'https://shop.example/done'],
        'paymentDetails' => ['paymentIntent' => 'Authorize', 'chargeAmount' => price('20.00')],
        'merchantMetadata' => ['merchantReferenceId' => 'P-2001'],
    ]);
    check('update a session', state($updated), [200, 'Open']);
    $done = ['chargeAmount' => price('20.00')];
    check('a session that the buyer has not confirmed', reason($pay->completeCheckoutSession($id, $done)),
        [422, 'InvalidCheckoutSessionStatus']);
    $signedIn = control('POST', 'acts', ['act' => 'sign-in-session', 'id' => $id]);
    $buyer = $pay->getBuyer($signedIn['buyer_token']);
    check('the buyer is read', [$buyer['status'], str_contains(body($buyer)['email'], '@')], [200, true]);
    control('POST', 'acts', ['act' => 'approve-session', 'id' => $id]);
    $completed = $pay->completeCheckoutSession($id, $done);
    check('complete a session', state($completed), [200, 'Completed']);
    $charge = body($completed)['chargeId'];
    check('its charge is authorized', state($pay->getCharge($charge)), [200, 'Authorized']);
    check('and can be captured', state($pay->captureCharge($charge, ['captureAmount' => price('20.00')], fresh())),
        [200, 'Captured']);
    $permission = body($pay->getChargePermission(body($completed)['chargePermissionId']));
    check('its permission has the number', $permission['merchantMetadata']['merchantReferenceId'], 'P-2001');
}

function partners(Client $pay): void
{
    check('what is for partners only', reason($pay->getDispute('D-1')), [405, 'RequestNotSupported']);
}

function reports(Client $pay): void
{
    $type = '_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_';
    $compact = fn (string $when) => gmdate('Ymd\\THis\\Z', strtotime($when));
    $span = ['startTime' => $compact('-20 days'), 'endTime' => $compact('+1 day')];
    [, $charge] = order('captured', ['number' => 'P-3001']);
    $created = $pay->createReport(['reportType' => $type] + $span, fresh());
    check('create a report', $created['status'], 201);
    $id = body($created)['reportId'];
    control('POST', 'clock', ['advance' => '2m']); // less than the five minutes a date may be off
    $found = $pay->getReportById($id);
    check('a report is read', [$found['status'], body($found)['processingStatus']], [200, 'COMPLETED']);
    $listed = $pay->getReports(['reportTypes' => $type, 'processingStatuses' => 'COMPLETED', 'pageSize' => 5]);
    check('reports are listed', [$listed['status'], array_column(body($listed)['reports'], 'reportId')], [200, [$id]]);
    $document = body($pay->getReportDocument(body($found)['reportDocumentId']));
    check('its document is downloaded', str_contains(file_get_contents($document['url'], false, stream_context_create(
        ['ssl' => ['cafile' => getenv('SIMULATOR_CA_FILE')]])), $charge), true);
    check('a query is signed as it was sent', reason($pay->getReports(['nextToken' => "a b+c/d=e~f*g(h)!'i:é"])),
        [400, 'InvalidParameterValue']);

    $schedule = $pay->createReportSchedule(['reportType' => $type, 'scheduleFrequency' => 'P1D'], fresh());
    check('create a report schedule', $schedule['status'], 201);
    $scheduleId = body($schedule)['reportScheduleId'];
    check('schedules are listed', count(body($pay->getReportSchedules($type))['reportSchedules']), 1);
    check('all schedules too', count(body($pay->getReportSchedules())['reportSchedules'] ?? []), 1);
    check('cancel a schedule', $pay->cancelReportSchedule($scheduleId)['status'], 200);
    check('it is gone', reason($pay->getReportScheduleById($scheduleId)), [404, 'ResourceNotFound']);

    $paid = $pay->getDisbursements($span);
    check('disbursements are read', [$paid['status'], body($paid)], [200, ['disbursements' => [], 'nextToken' => null]]);
}

try {
    moneyPath('AMZN-PAY-RSASSA-PSS', client());
    $pay = client(['algorithm' => 'AMZN-PAY-RSASSA-PSS-V2']);
    moneyPath('AMZN-PAY-RSASSA-PSS-V2', $pay);
    wholeOrder($pay);
    signatures($pay);
    simulation($pay);
    aroundTheMoney($pay);
    checkout($pay);
    partners($pay);
    reports($pay);
    echo "$checks checks, $failed failed\n";
} catch (Throwable $error) {
    echo "FAIL  the drive broke off: $error\n";
    $failed += 1;
}
exit($failed ? 1 : 0);
